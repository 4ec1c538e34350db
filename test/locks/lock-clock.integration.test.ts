import { expect } from 'chai';
import type { ClockJump } from '../../src/locks/index.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import {
  heldIn,
  type LogLine,
  LockRooms,
  recordingLogger,
  spread,
  warmUp,
} from '../support/lock-room.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

const KEY = 'lock:goods:a';

describe('locks when a clock jumps', () => {
  let nodes: RedisNodes;
  let proxies: FaultProxy[];
  let urls: string[];
  let lines: LogLine[];
  const rooms = new LockRooms();

  before(async () => {
    nodes = await startRedisNodes(3);
  });
  beforeEach(async () => {
    lines = [];
    proxies = nodes.all.map((node) => new FaultProxy(node));
    await Promise.all(proxies.map((proxy) => proxy.listen()));
    urls = proxies.map(({ url }) => url);
  });
  afterEach(async () => {
    await rooms.close();
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await nodes.flush();
  });
  after(() => nodes.stop());

  const met = async (count = 3, ttlMs = 10_000) => {
    const locks = rooms.on(urls.slice(0, count), { ttlMs, logger: recordingLogger(lines) });
    await warmUp(locks, count);
    return locks;
  };
  const jumps = () => lines.filter(({ fields }) => fields['event'] === 'clock-jump');
  const proxy = (index: number) => {
    const found = proxies[index];
    if (!found) throw new Error(`there is no proxy ${index}`);
    return found;
  };

  for (const ms of [1000, -1000]) {
    it(`do not count a node whose clock jumped by ${ms} ms until a ttl has passed`, async () => {
      const locks = await met(1, 1000);
      await proxy(0).jump(ms);
      const started = performance.now();
      const first = await locks.tryLock(['a']);
      if (first.kind !== 'unreachable') throw new Error(first.kind);
      expect(first.reason).to.match(/changed its clock by -?\d+ ms and counts again in \d+ ms/);
      await until(async () => (await locks.tryLock(['a'])).kind === 'held', 3000);
      expect(performance.now() - started).to.be.within(990, 2000);
      expect(jumps()).to.have.length(1);
      expect(jumps()[0]?.fields['jumpMs']).to.be.within(ms - 50, ms + 50);
    });
  }

  it('count the jumps, and tell of each, whatever becomes of the telling', async () => {
    const told: ClockJump[] = [];
    const locks = rooms.on(urls.slice(0, 1), {
      ttlMs: 500,
      logger: recordingLogger(lines),
      onClockJump: (jump) => {
        told.push(jump);
        throw new Error('the handler broke');
      },
    });
    await warmUp(locks, 1);
    expect(locks.stats.clockJumps).to.equal(0);
    await proxy(0).jump(1000);
    expect(await locks.tryLock(['a'])).to.have.property('kind', 'unreachable');
    expect(locks.stats.clockJumps).to.equal(1);
    expect(told).to.have.length(1);
    expect(told[0]?.node).to.equal(new URL(urls[0] ?? '').host);
    expect(told[0]?.jumpMs).to.be.within(950, 1050);
    expect(told[0]?.waitMs).to.be.within(400, 500);
    const broken = lines.filter(({ message }) => message === 'a handler of a lock failed');
    expect(broken.map(({ fields }) => fields['handler'])).to.deep.equal(['onClockJump']);
    await until(async () => (await locks.tryLock(['a'])).kind === 'held', 3000);
  });

  it('give nobody a lock that a jump of most clocks has ended too early', async () => {
    const [one, two] = [await met(), await met()];
    const held = heldIn(await one.tryLock(['a']));
    await warmUp(one, 3); // or the last of its answers would tell it of the jump
    await Promise.all([proxy(0).jump(20_000), proxy(1).jump(20_000)]);
    expect(await nodes.at(0).client.exists(KEY)).to.equal(0);
    expect(await two.tryLock(['a']))
      .to.have.property('kind')
      .that.is.not.equal('held');
    held.assertHeld();
  });

  it('take no vote that came with the news of the jump', async () => {
    const locks = await met(1);
    await proxy(0).jump(-20_000);
    expect(await locks.tryLock(['a'])).to.have.property('kind', 'unreachable');
    // What the node granted in vain is given back.
    await until(async () => (await nodes.at(0).client.exists(`${KEY}~fence`)) === 1);
    await until(async () => (await nodes.at(0).client.exists(KEY)) === 0);
  });

  it('renew at once what they hold on the node that jumped', async () => {
    const locks = await met();
    const held = heldIn(await locks.tryLock(['a']));
    await spread(locks, 'a', 3);
    await proxy(0).jump(5000);
    const left = () => nodes.at(0).client.pttl(KEY);
    expect(await left()).to.be.below(5001);
    await locks.inspect(['b']); // every node is asked
    await until(async () => (await left()) > 9000, 1000);
    held.assertHeld();
  });

  it('stay held on a single node that jumped, for as long as it knows the holder', async () => {
    const locks = await met(1, 1200);
    const held = heldIn(await locks.tryLock(['a']));
    await proxy(0).jump(400);
    await locks.tryLock(['b']);
    const end = performance.now() + 1500;
    await until(() => performance.now() > end);
    held.assertHeld();
    await held.release();
    await until(async () => (await nodes.at(0).client.exists(KEY)) === 0);
  });

  it('are unreachable at once, never stuck, when every clock jumped', async () => {
    const locks = await met();
    await Promise.all(proxies.map((each) => each.jump(60_000)));
    expect(await locks.tryLock(['a'])).to.have.property('kind', 'unreachable');
    const started = performance.now();
    const outcome = await locks.lock(['a'], { timeoutMs: 5000 });
    expect(performance.now() - started).to.be.below(50);
    if (outcome.kind !== 'unreachable') throw new Error(outcome.kind);
    expect(outcome.reason.match(/changed its clock/g)).to.have.length(3);
  });

  it('notice a jump that came while the node was away', async () => {
    const locks = await met(1);
    proxy(0).cut();
    await proxy(0).jump(60_000);
    await until(() => jumps().length === 1, 2000);
    expect(await locks.tryLock(['a'])).to.have.property('kind', 'unreachable');
  });

  it('plant no lock by a request that was stuck for longer than its attempt', async () => {
    const locks = await met(1);
    proxy(0).stick();
    const attempt = locks.tryLock(['a']);
    const ended = performance.now() + 700;
    await until(() => proxy(0).stuck);
    proxy(0).cut();
    proxy(0).flow();
    expect(await attempt).to.have.property('kind', 'unreachable');
    // The release goes by the next connection, and so before the request that it is to undo.
    await until(async () => (await locks.tryLock(['b'])).kind === 'held');
    await until(() => performance.now() > ended);
    proxy(0).deliver();
    // Whatever was stuck is read before what comes now, on a line that was there before it.
    await until(async () => (await nodes.at(0).client.exists(KEY)) === 0, 100);
    await warmUp(locks, 1);
    heldIn(await locks.tryLock(['a']));
  });
});
