import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { expect } from 'chai';
import { systemClock, systemRandom } from '../../src/kernel/index.ts';
import { childrenIn, lineOf, ZooKeeperLine } from '../../src/locks/zookeeper/zookeeper-line.ts';
import { ZooKeeperSession } from '../../src/locks/zookeeper/zookeeper-session.ts';
import { deleteNode, getChildren } from '../../src/locks/zookeeper/zookeeper-words.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { heldIn, LockRooms, type LogLine, recordingLogger, timed } from '../support/lock-room.ts';
import { SessionProxy } from '../support/session-proxy.ts';
import { until } from '../support/until.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';
import {
  startZooKeeper,
  ZOOKEEPER_JAR,
  type ZooKeeperServers,
} from '../support/zookeeper-servers.ts';

const zookeeper = {
  found: existsSync(ZOOKEEPER_JAR) ? programOnPath('java') : undefined,
  packages: 'zookeeper default-jre-headless',
};

describeWith(zookeeper, 'a session with ZooKeeper', function () {
  this.timeout(20_000);
  const rooms = new LockRooms();
  let servers: ZooKeeperServers;
  let proxy: SessionProxy;
  let through = '';

  before(async () => {
    servers = await startZooKeeper();
  });
  beforeEach(async () => {
    proxy = new SessionProxy(servers.ports[0] ?? 0);
    through = `zookeeper://127.0.0.1:${await proxy.listen()}`;
  });
  afterEach(async () => {
    await rooms.close();
    await proxy.close();
  });
  after(() => servers.stop());

  /** Without what stands above it. */
  const direct = () => {
    const session = new ZooKeeperSession({
      account: undefined,
      servers: [{ host: '127.0.0.1', port: servers.ports[0] ?? 0, label: 'it' }],
      ttlMs: 5000,
      timeoutMs: 500,
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
    });
    return { session, line: new ZooKeeperLine(session, 'direct:', 'anyone') };
  };

  it('tells every holder at once when it is over, and begins anew', async () => {
    const locks = rooms.on([through]);
    const held = heldIn(await locks.tryLock(['long over']));
    const released = heldIn(await locks.tryLock(['b']));
    await released.release();
    const { signal } = held;
    const since = performance.now();
    proxy.forgetSession();
    await until(() => signal.aborted, 2000);
    expect(performance.now() - since).to.be.below(700);
    expect(signal.reason).to.have.nested.property('details.reason', 'disconnected');
    const next = heldIn(await locks.tryLock(['c']));
    expect(next.fence > held.fence).to.equal(true);
    // The session that the server knows is still there, and keeps its lock until its time is up.
    expect((await rooms.on([servers.url]).tryLock(['long over'])).kind).to.equal('busy');
  });

  it('keeps its locks when only the connection is lost', async () => {
    const locks = rooms.on([through]);
    const held = heldIn(await locks.tryLock(['a']));
    proxy.swallow('/holdfast-locks');
    await held.renew().catch((error) => expect(error).to.include({ code: 'lock-unreachable' }));
    await held.renew();
    held.assertHeld();
    expect(proxy.cuts).to.equal(1);
    expect((await rooms.on([servers.url]).tryLock(['a'])).kind).to.equal('busy');
    await held.release();
  });

  it('takes back a lock whose grant was never heard of', async () => {
    const locks = rooms.on([through]);
    await heldIn(await locks.tryLock(['warm-up'])).release();
    proxy.swallow('-lock-');
    expect((await locks.tryLock(['a', 'b'])).kind).to.equal('unreachable');
    expect(proxy.cuts).to.equal(1);
    const other = rooms.on([servers.url]);
    await until(async () => (await other.tryLock(['a', 'b'])).kind === 'held', 2000);
  });

  it('takes the place of a waiter back when its wait is over', async () => {
    const [one, two] = [rooms.on([servers.url]), rooms.on([servers.url])];
    const held = heldIn(await one.tryLock(['a']));
    expect((await two.lock(['a', 'b'], { timeoutMs: 100 })).kind).to.equal('busy');
    await until(async () => (await one.inspect(['a']))[0]?.nodes[0]?.waiting === 0);
    await held.release();
    heldIn(await one.tryLock(['a', 'b']));
  });

  it('wakes who is next at once', async () => {
    const [one, two] = [rooms.on([servers.url]), rooms.on([servers.url])];
    const held = heldIn(await one.tryLock(['a']));
    const waiting = two.lock(['a']);
    await until(async () => (await one.inspect(['a']))[0]?.nodes[0]?.waiting === 1);
    await held.release();
    const { value, ms } = await timed(waiting);
    heldIn(value);
    expect(ms, 'woken, not found out by looking again').to.be.below(150);
  });

  it('lives on while nothing is asked', async () => {
    const lines: LogLine[] = [];
    const locks = rooms.on([servers.url], { ttlMs: 800, logger: recordingLogger(lines) });
    await heldIn(await locks.tryLock(['a'])).release();
    const since = performance.now();
    await until(() => performance.now() - since > 2500, 3000);
    heldIn(await locks.tryLock(['a']));
    expect(lines.filter(({ level }) => level === 'warn')).to.deep.equal([]);
  });

  it('counts with the offset of the fence as it is, not as it was read before', async () => {
    const [one, two] = [direct(), direct()];
    const enter = async ({ session, line }: typeof one, name: string, above?: bigint) => {
      const ticket = line.ticket([name], 10_000);
      expect((await line.enter(ticket, above, session.deadline())).kind).to.equal('in');
      return ticket.fence;
    };
    const first = await enter(one, 'a');
    const raised = await enter(two, 'b', first + 1_000_000n);
    expect(raised > first + 1_000_000n).to.equal(true);
    expect((await enter(one, 'a')) > raised).to.equal(true);
    await Promise.all([one, two].map(({ session }) => session.close()));
  });

  it('writes nothing for a try that is refused', async () => {
    heldIn(await rooms.on([servers.url], { prefix: 'direct:' }).tryLock(['held']));
    const { session, line } = direct();
    const refuse = async () => {
      const ticket = line.ticket(['held'], 10_000);
      const entered = await line.tryEnter(ticket, undefined, session.deadline());
      expect(entered).to.deep.equal({ kind: 'busy', names: ['held'] });
      return session.life.zxid;
    };
    const before = await refuse();
    for (let round = 0; round < 5; round += 1) expect(await refuse()).to.equal(before);
    await session.close();
  });

  it('tells the holder at the next renewal that its node was taken away', async () => {
    const held = heldIn(await rooms.on([servers.url], { prefix: 'direct:' }).tryLock(['a', 'b']));
    const { session } = direct();
    const path = lineOf('direct:', 'b');
    const listed = await session.ask([getChildren(path)]);
    const [child] = listed.kind === 'answered' ? childrenIn(listed.replies[0]) : [];
    await session.ask([deleteNode(`${path}/${child}`)]);
    await session.close();
    expect(await held.renew().catch((e) => e)).to.include({ code: 'lock-lost' });
    expect(held.signal.reason).to.have.nested.property('details.reason', 'stolen');
  });

  it('refuses to hold for longer than the ensemble keeps a silent session', async () => {
    const locks = rooms.on([servers.url], { ttlMs: 120_000 });
    const refused = await locks.tryLock(['a']);
    expect(refused.kind === 'unreachable' && refused.reason).to.include('maxSessionTimeout');
  });
});

describe('a server that is none', () => {
  const rooms = new LockRooms();
  let server: Server;
  let address = '';

  before(async () => {
    server = createServer((_, answer) => answer.end('<html>welcome</html>'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    address = `127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
  });
  afterEach(() => rooms.close());
  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  for (const scheme of ['etcd', 'zookeeper']) {
    it(`is unreachable as ${scheme}, and named, once in the log`, async () => {
      const lines: LogLine[] = [];
      const locks = rooms.on([`${scheme}://${address}`], { logger: recordingLogger(lines) });
      for (let round = 0; round < 5; round += 1) {
        const { value, ms } = await timed(locks.tryLock(['a']));
        if (value.kind !== 'unreachable') throw new Error(value.kind);
        expect(value.reason).to.include(address);
        expect(ms).to.be.below(650);
      }
      const [view] = await locks.inspect(['a']);
      expect(view?.nodes[0]).to.include({ node: address, reachable: false, held: false });
      expect(lines.filter(({ level }) => level === 'warn').length).to.be.at.most(2);
    });
  }
});
