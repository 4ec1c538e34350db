import { expect } from 'chai';
import { FaultProxy } from '../support/fault-proxy.ts';
import { LockProcess } from '../support/lock-process.ts';
import {
  heldIn,
  type LogLine,
  LockRooms,
  recordingLogger,
  skewedClock,
  timed,
  warmUp,
  watchProcess,
} from '../support/lock-room.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

const KEY = 'lock:goods:a';

describe('locks when nodes fail', function () {
  this.timeout(10_000);
  let nodes: RedisNodes;
  const rooms = new LockRooms();
  const watch = watchProcess();

  beforeEach(async () => {
    nodes = await startRedisNodes(5);
  });
  afterEach(async () => {
    for (const node of nodes.all) node.thaw();
    await rooms.close();
    await nodes.stop();
    expect(watch.seen).to.deep.equal([]);
  });
  after(() => watch.stop());

  it('still lock with a minority of nodes down', async () => {
    const locks = rooms.on(nodes.urls);
    await Promise.all([nodes.at(0).kill(), nodes.at(4).kill()]);
    const held = heldIn(await locks.tryLock(['a']));
    await held.renew();
    await held.release();
    heldIn(await locks.tryLock(['a']));
  });

  it('are unreachable at once with a majority down, and say which nodes are missing', async () => {
    const locks = rooms.on(nodes.urls);
    await warmUp(locks, 5);
    await Promise.all([0, 1, 2].map((index) => nodes.at(index).kill()));
    const { value, ms } = await timed(locks.tryLock(['a']));
    if (value.kind !== 'unreachable') throw new Error(value.kind);
    expect(ms).to.be.below(600);
    expect(value.reason).to.include(`127.0.0.1:${nodes.at(1).port} is down`);
    const thrown = await locks.withLock(['a'], {}, async () => 1).catch((e) => e);
    expect(thrown).to.include({ code: 'lock-unreachable', retryable: true });
    const down = [0, 1, 2].map((index) => `127.0.0.1:${nodes.at(index).port}`);
    expect(thrown.details.nodes).to.deep.equal(down.map((node) => ({ node, problem: 'is down' })));
    expect((await timed(locks.tryLock(['a']))).ms).to.be.below(100);
  });

  it('are busy, never unreachable, while a reachable node knows a holder', async () => {
    const locks = rooms.on(nodes.urls);
    await warmUp(locks, 5);
    await nodes.at(4).client.set(KEY, 'somebody', 'PX', 60_000);
    await Promise.all([0, 1, 2].map((index) => nodes.at(index).kill()));
    expect((await locks.tryLock(['a'])).kind).to.equal('busy');
  });

  it('answer in time when all nodes fall silent, fast the next time, and recover', async () => {
    const locks = rooms.on(nodes.urls);
    await warmUp(locks, 5);
    for (const node of nodes.all) node.freeze();
    const first = await timed(locks.tryLock(['a']));
    expect(first.value.kind).to.equal('unreachable');
    expect(first.ms).to.be.within(400, 600);
    const next = await timed(locks.tryLock(['a']));
    expect(next.value.kind).to.equal('unreachable');
    expect(next.ms).to.be.below(50);
    for (const node of nodes.all) node.thaw();
    await until(async () => (await locks.tryLock(['b'])).kind === 'held');
    // What was asked for in vain was given back behind it, also on the silent nodes.
    await until(async () => (await locks.tryLock(['a'])).kind === 'held');
  });

  it('take back what a silent node grants after all', async () => {
    const locks = rooms.on(nodes.urls.slice(0, 3));
    await warmUp(locks, 3);
    nodes.at(0).freeze();
    nodes.at(1).freeze();
    expect((await locks.tryLock(['a'])).kind).to.equal('unreachable');
    nodes.at(0).thaw();
    nodes.at(1).thaw();
    for (const index of [0, 1, 2]) {
      await until(async () => (await nodes.at(index).client.exists(`${KEY}~fence`)) === 1);
      await until(async () => (await nodes.at(index).client.exists(KEY)) === 0, 500);
    }
  });

  it('tell the holder in time when all nodes fall silent', async () => {
    const locks = rooms.on(nodes.urls, { ttlMs: 1200 });
    const held = heldIn(await locks.tryLock(['a']));
    const started = performance.now();
    for (const node of nodes.all) node.freeze();
    await until(() => held.signal.aborted, 2000);
    expect(performance.now() - started).to.be.within(1000, 1250);
    expect(held.signal.reason).to.have.nested.property('details.reason', 'unreachable');
    expect(held.remainingMs()).to.equal(0);
  });

  it('tell the holder at once when the nodes say that the lock is not its own', async () => {
    const locks = rooms.on(nodes.urls.slice(0, 3));
    await warmUp(locks, 3);
    const held = heldIn(await locks.tryLock(['a']));
    await nodes.flush();
    const thrown = await held.renew().catch((e) => e);
    expect(thrown).to.include({ code: 'lock-lost' });
    expect(held.signal.reason).to.have.nested.property('details.reason', 'stolen');
  });

  it('tell a holder that was paused past its time before it can write again', async () => {
    const urls = nodes.urls.slice(0, 3);
    const locks = rooms.on(urls, { ttlMs: 600 });
    const paused = new LockProcess(urls, 'a', 600);
    try {
      const { fence } = await paused.tells('held');
      await paused.tells('write');
      paused.signal('SIGSTOP');
      const successor = heldIn(await locks.lock(['a'], { timeoutMs: 3000 }));
      expect(successor.fence > BigInt(fence ?? 0)).to.equal(true);
      const writes = () => paused.told.filter(({ kind }) => kind === 'write').length;
      const before = writes();
      paused.signal('SIGCONT');
      expect(await paused.tells('lost')).to.include({ reason: 'expired' });
      await paused.tells('refused');
      // A write that was under way when the pause began may still come through.
      expect(writes() - before).to.be.at.most(1);
    } finally {
      paused.signal('SIGKILL');
    }
  });

  it('go above the fence asked for when all was forgotten and the clock is slow', async () => {
    const before = rooms.on(nodes.urls);
    const first = heldIn(await before.tryLock(['a']));
    await first.release();
    await nodes.flush();
    const slow = rooms.on(nodes.urls, { clock: skewedClock(-60_000) });
    const behind = heldIn(await slow.tryLock(['a']));
    expect(behind.fence < first.fence).to.equal(true); // the database refuses it, and says why
    await behind.release();
    const again = heldIn(await slow.tryLock(['a'], { fenceAbove: first.fence }));
    expect(again.fence > first.fence).to.equal(true);
    await again.release();
    // One process never goes back, whatever the nodes forget.
    await nodes.flush();
    expect(heldIn(await slow.tryLock(['a'])).fence > again.fence).to.equal(true);
  });

  it('rise above a counter that one node alone knows, and stay above without it', async () => {
    const urls = nodes.urls.slice(0, 3);
    const far = 9_000_000_000_000_000n;
    // One of those that are asked first for this name.
    await nodes.at(1).client.set(`${KEY}~fence`, far.toString());
    const one = rooms.on(urls);
    await warmUp(one, 3);
    let highest = 0n;
    await until(async () => {
      const held = heldIn(await one.tryLock(['a']));
      expect(held.fence > highest).to.equal(true);
      highest = held.fence;
      await held.release();
      return highest > far;
    });
    await nodes.at(1).kill();
    const other = rooms.on(urls);
    expect(heldIn(await other.tryLock(['a'])).fence > highest).to.equal(true);
  });

  it('do not count a node that restarted until a ttl has passed', async () => {
    const locks = rooms.on(nodes.urls.slice(0, 1), { ttlMs: 2500 });
    heldIn(await locks.tryLock(['a']));
    const started = performance.now();
    await nodes.at(0).kill();
    await nodes.at(0).start();
    let reason = '';
    await until(async () => {
      const outcome = await locks.tryLock(['a']);
      expect(outcome.kind).to.not.equal('busy');
      if (outcome.kind === 'unreachable') reason = `${reason} ${outcome.reason}`;
      return outcome.kind === 'held';
    }, 6000);
    expect(performance.now() - started).to.be.within(2400, 5000);
    expect(reason).to.include('restarted and counts again in');
    // A process that meets the node for the first time has nothing to wait for.
    heldIn(await rooms.on(nodes.urls.slice(0, 1)).tryLock(['b']));
  });

  it('count a node again soon when its greeting was lost, and it did not restart', async () => {
    const proxy = new FaultProxy(nodes.at(0));
    await proxy.listen();
    try {
      const lines: LogLine[] = [];
      const locks = rooms.on([proxy.url], { ttlMs: 60_000, logger: recordingLogger(lines) });
      await warmUp(locks, 1);
      const mute = proxy.muteAt('server');
      proxy.cut();
      await until(mute);
      await until(() => lines.some(({ message }) => message.includes('a greeting')), 2000);
      await until(async () => (await locks.tryLock(['a'])).kind === 'held', 8000);
    } finally {
      await rooms.close();
      await proxy.close();
    }
  });

  it('say so when a node may throw locks away', async () => {
    const lines: LogLine[] = [];
    const { client } = nodes.at(0);
    await client.config('SET', 'maxmemory-policy', 'volatile-lru');
    rooms.on(nodes.urls.slice(0, 1), { logger: recordingLogger(lines) });
    await until(() => lines.some(({ level }) => level === 'error'));
    expect(lines.at(-1)?.fields['error']).to.include('volatile-lru');
  });

  it('send a release that could not be sent when the node is back', async () => {
    const locks = rooms.on(nodes.urls.slice(0, 1));
    const { client } = nodes.at(0);
    const held = heldIn(await locks.tryLock(['a']));
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await held.release();
    await until(async () => (await client.exists(KEY)) === 0, 2000);
  });
});
