import { expect } from 'chai';
import type { Locks } from '../../src/locks/index.ts';
import { LockProcess } from '../support/lock-process.ts';
import { heldIn, LockRooms, spread, timed, warmUp } from '../support/lock-room.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

describe('the line before a lock', function () {
  this.timeout(8000);
  let nodes: RedisNodes;
  const rooms = new LockRooms();

  before(async () => {
    nodes = await startRedisNodes(3);
  });
  afterEach(async () => {
    await rooms.close();
    await nodes.flush();
  });
  after(() => nodes.stop());

  /** How many stand in line, when the nodes agree on it. */
  const inLine = async (locks: Locks, name: string, count: number) => {
    const stands = async () =>
      (await locks.inspect([name]))[0]?.nodes.every(({ waiting }) => waiting === count) ?? false;
    await until(stands, 3000, `a line of ${count}`);
  };

  it('is served first come first served, across processes and sets of names', async () => {
    const holder = rooms.on(nodes.urls);
    await warmUp(holder, 3);
    const held = heldIn(await holder.tryLock(['a', 'b']));
    const order: number[] = [];
    const served: Promise<void>[] = [];
    const sets = [['a'], ['b', 'a'], ['a'], ['a', 'c']];
    for (const [place, names] of sets.entries()) {
      const room = rooms.on(nodes.urls);
      served.push(room.withLock(names, {}, async () => void order.push(place)));
      await inLine(holder, 'a', place + 1);
    }
    await held.release();
    await Promise.all(served);
    expect(order).to.deep.equal([0, 1, 2, 3]);
    await inLine(holder, 'a', 0);
  });

  it('wakes only the first in line', async () => {
    const url = nodes.urls.slice(0, 1);
    const { client } = nodes.at(0);
    const holder = rooms.on(url);
    const room = rooms.on(url);
    const held = heldIn(await holder.tryLock(['a']));
    const stop = new AbortController();
    const waits = Array.from({ length: 20 }, () => room.lock(['a'], { signal: stop.signal }));
    await inLine(holder, 'a', 20);
    await client.config('RESETSTAT');
    await held.release();
    const first = heldIn(await Promise.race(waits));
    const calls = /cmdstat_publish:calls=(\d+)/.exec(await client.info('commandstats'))?.[1];
    expect(calls).to.equal('1');
    stop.abort();
    await first.release();
    await Promise.allSettled(waits);
  });

  it('is not overtaken by an attempt that does not wait', async () => {
    const url = nodes.urls.slice(0, 1);
    const { client } = nodes.at(0);
    const locks = rooms.on(url);
    await client.zadd('lock:goods:a~wait', 1, 'somebody:1');
    await client.set('lock:goods:~waiter:somebody:1', '1', 'PX', 400);
    await client.set('lock:goods:~anyone', '1', 'PX', 4000);
    const refused = await locks.tryLock(['a', 'b']);
    expect(refused).to.deep.include({ kind: 'busy', names: ['a'] });
    // Nobody has heard of the waiter any more: its place is free.
    await until(async () => (await locks.tryLock(['a'])).kind === 'held', 1000);
  });

  it('passes over a waiter whose process was killed', async () => {
    const holder = rooms.on(nodes.urls);
    await warmUp(holder, 3);
    const held = heldIn(await holder.tryLock(['a']));
    const dead = new LockProcess(nodes.urls, 'a', 10_000);
    try {
      await inLine(holder, 'a', 1);
    } finally {
      dead.signal('SIGKILL');
    }
    const waiting = rooms.on(nodes.urls).lock(['a']);
    await inLine(holder, 'a', 2);
    await held.release();
    const { value, ms } = await timed(waiting);
    heldIn(value);
    expect(ms).to.be.below(2500);
  });

  it('moves on when a call is lost', async () => {
    const url = nodes.urls.slice(0, 1);
    const holder = rooms.on(url);
    const held = heldIn(await holder.tryLock(['a']));
    const waiting = rooms.on(url).lock(['a']);
    const { client } = nodes.at(0);
    await inLine(holder, 'a', 1);
    await until(async () => (await client.pubsub('CHANNELS', '*')).length > 0);
    await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await held.release();
    const { value, ms } = await timed(waiting);
    heldIn(value);
    expect(ms).to.be.below(800);
  });

  it('moves on when the holder dies, as soon as its time is up', async () => {
    const url = nodes.urls.slice(0, 1);
    const locks = rooms.on(url);
    const dead = new LockProcess(url, 'a', 1000);
    await dead.tells('held');
    dead.signal('SIGKILL');
    const { value, ms } = await timed(locks.lock(['a'], { timeoutMs: 3000 }));
    heldIn(value);
    expect(ms).to.be.below(1200);
  });

  it('never gets past a foreign holder that does not let go', async () => {
    for (const { client } of nodes.all) await client.set('lock:goods:a', 'foreign');
    const locks = rooms.on(nodes.urls);
    const { value, ms } = await timed(locks.lock(['a', 'b'], { timeoutMs: 700 }));
    expect(value).to.deep.include({ kind: 'busy', names: ['a'] });
    expect(ms).to.be.within(690, 1300);
    for (const { client } of nodes.all)
      expect(await client.get('lock:goods:a')).to.equal('foreign');
  });

  it('is left by those who give up, so that the next one is called', async () => {
    const holder = rooms.on(nodes.urls);
    await warmUp(holder, 3);
    const held = heldIn(await holder.tryLock(['a']));
    const stop = new AbortController();
    const first = rooms
      .on(nodes.urls)
      .lock(['a'], { signal: stop.signal })
      .catch((e) => e);
    await inLine(holder, 'a', 1);
    const second = rooms.on(nodes.urls).lock(['a']);
    await inLine(holder, 'a', 2);
    stop.abort();
    expect(await first).to.include({ code: 'lock-aborted' });
    await inLine(holder, 'a', 1);
    await held.release();
    const { value, ms } = await timed(second);
    heldIn(value);
    expect(ms).to.be.below(400);
  });

  it('is left on a node that refused, also when the others grant at once', async () => {
    const { client } = nodes.at(1); // one of those that are asked first for this name
    const waiting = () => client.zcard('lock:goods:a~wait');
    await client.set('lock:goods:a', 'foreign');
    const locks = rooms.on(nodes.urls);
    await warmUp(locks, 3);
    const held = heldIn(await locks.lock(['a']));
    await until(async () => (await waiting()) === 1, 3000, 'a place in line');
    await held.release();
    await until(async () => (await waiting()) === 0, 1000, 'the place in line left');
  });

  it('costs nothing where the first attempt is granted', async () => {
    const locks = rooms.on(nodes.urls);
    await warmUp(locks, 3);
    for (const { client } of nodes.all) await client.config('RESETSTAT');
    const held = heldIn(await locks.lock(['a']));
    await spread(locks, 'a', 3);
    await locks.inspect(['a']); // the answers of all nodes are in after those to this
    await held.release();
    for (const { client } of nodes.all) {
      await until(async () => (await client.exists('lock:goods:a')) === 0, 1000, 'a release');
      expect(await client.info('commandstats')).not.to.match(/cmdstat_(?:zrem|zadd):/);
    }
  });
});
