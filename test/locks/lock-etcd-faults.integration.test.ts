import { expect } from 'chai';
import { type EtcdServers, startEtcd } from '../support/etcd-servers.ts';
import { heldIn, type LogLine, LockRooms, recordingLogger, timed } from '../support/lock-room.ts';
import { startSwallowingProxy, type SwallowingProxy } from '../support/swallowing-proxy.ts';
import { until } from '../support/until.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';
import { clusterFaults } from './cluster-faults.conformance.ts';

const etcd = { found: programOnPath('etcd'), packages: 'etcd-server' };
const encoded = (text: string) => Buffer.from(text).toString('base64');
const everything = { key: 'AA==', range_end: 'AA==' };

describeWith(etcd, 'locks on etcd when members fail', (command) => {
  clusterFaults({ start: (members) => startEtcd(command, members), ttlMs: 2000 });
});

describeWith(etcd, 'locks on etcd beside others', (command) => {
  const rooms = new LockRooms();
  let servers: EtcdServers;
  let proxy: SwallowingProxy;
  const keys = async () => {
    const { kvs = [] } = (await servers.ask('/kv/range', everything)) as { kvs?: object[] };
    return kvs.length;
  };

  before(async () => {
    servers = await startEtcd(command);
    proxy = await startSwallowingProxy(Number(new URL(servers.url).port));
  });
  afterEach(async () => {
    await rooms.close();
    await servers.clear();
  });
  after(async () => {
    await proxy.stop();
    await servers.stop();
  });

  it('stand in the line of the lock recipe, and follow a foreigner at once', async () => {
    const locks = rooms.on([servers.url]);
    const foreign = { key: encoded('lock:goods:a/694d5765fc71500b') };
    await servers.ask('/kv/put', { ...foreign, value: encoded('me') });
    expect(await locks.tryLock(['a', 'b'])).to.deep.include({ kind: 'busy', names: ['a'] });
    const waiting = timed(locks.lock(['a']));
    await until(async () => (await keys()) === 2);
    const since = performance.now();
    await servers.ask('/kv/deleterange', foreign);
    heldIn((await waiting).value);
    expect(performance.now() - since, 'woken, not found out by looking again').to.be.below(150);
  });

  it('tell the holder at the next renewal that its key was taken away', async () => {
    const held = heldIn(await rooms.on([servers.url]).tryLock(['a', 'b']));
    await servers.ask('/kv/deleterange', {
      key: encoded('lock:goods:b/'),
      range_end: encoded('lock:goods:b0'),
    });
    expect(await held.renew().catch((e) => e)).to.include({ code: 'lock-lost' });
    expect(held.signal.reason).to.have.nested.property('details.reason', 'stolen');
  });

  it('take a new place when the old one was dropped while waiting', async () => {
    const [one, two] = [rooms.on([servers.url]), rooms.on([servers.url])];
    const held = heldIn(await one.tryLock(['a']));
    const waiting = two.lock(['a'], { timeoutMs: 5000 });
    await until(async () => (await keys()) === 2);
    const { kvs = [] } = (await servers.ask('/kv/range', {
      ...everything,
      sort_target: 'CREATE',
      sort_order: 'DESCEND',
    })) as { kvs?: { lease: string }[] };
    await servers.ask('/lease/revoke', { ID: kvs[0]?.lease });
    await until(async () => (await keys()) === 2);
    await held.release();
    heldIn(await waiting);
  });

  it('stay reachable when one answer of many never comes', async () => {
    const lines: LogLine[] = [];
    const logger = recordingLogger(lines);
    const locks = rooms.on([`etcd://127.0.0.1:${proxy.port}`], { logger });
    const held = heldIn(await locks.tryLock(['a']));
    proxy.withhold('/lease/revoke');
    let isGivenUp = false;
    const released = held.release().then(() => {
      isGivenUp = true;
    });
    while (!isGivenUp) await heldIn(await locks.tryLock(['b'])).release();
    await released;
    expect(lines.map(({ message }) => message)).to.not.include('lock node does not answer');
    // What was not answered is asked again, and found to be done.
    await until(async () => (await locks.tryLock(['a'])).kind === 'held');
  });

  it('ask again when the server closes a kept connection as it is used', async () => {
    const locks = rooms.on([`etcd://127.0.0.1:${proxy.port}`]);
    await heldIn(await locks.tryLock(['a'])).release();
    proxy.swallow('/kv/txn');
    heldIn(await locks.tryLock(['a']));
  });

  for (const path of ['/lease/grant', '/kv/txn', '/lease/keepalive', '/lease/revoke']) {
    it(`ask the next member when the answer to ${path} is lost`, async () => {
      const locks = rooms.on([servers.url.replace('//', `//127.0.0.1:${proxy.port},`)]);
      const before = proxy.swallowed.length;
      proxy.swallow(path);
      const held = heldIn(await locks.tryLock(['a', 'b']));
      await held.renew();
      const next = rooms.on([servers.url]);
      expect((await next.tryLock(['a'])).kind).to.equal('busy');
      await held.release();
      expect(proxy.swallowed.length).to.equal(before + 1);
      expect(heldIn(await next.tryLock(['a'])).fence > held.fence).to.equal(true);
      await next.close();
      await until(async () => (await keys()) === 0);
    });
  }

  it('wait, and raise the fence, when the answer to the transaction is lost', async () => {
    const locks = rooms.on([servers.url.replace('//', `//127.0.0.1:${proxy.port},`)]);
    const held = heldIn(await rooms.on([servers.url]).tryLock(['a']));
    proxy.swallow('/kv/txn');
    const waiting = locks.lock(['a'], { fenceAbove: 7_000_000n });
    await until(async () => (await keys()) >= 2);
    await held.release();
    const next = heldIn(await waiting);
    expect(next.fence > 7_000_000n).to.equal(true);
    await next.release();
    const last = heldIn(await rooms.on([servers.url]).tryLock(['a']));
    expect(last.fence > next.fence).to.equal(true);
  });
});
