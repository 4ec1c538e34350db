import { expect } from 'chai';
import { LockRooms, spread, warmUp, watchProcess } from '../support/lock-room.ts';
import { type RedisNode, type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';
import { lockConformance } from './lock.conformance.ts';

describe('locks on Redis', () => {
  let nodes: RedisNodes;
  const rooms = new LockRooms();
  const watch = watchProcess();

  before(async () => {
    nodes = await startRedisNodes(5);
  });
  afterEach(async () => {
    await rooms.close();
    await nodes.flush();
  });
  after(async () => {
    await nodes.stop();
    watch.stop();
    expect(watch.seen).to.deep.equal([]);
  });

  for (const count of [1, 2, 3, 5]) {
    describe(`on ${count} node${count > 1 ? 's' : ''}`, () => {
      lockConformance({
        guarantee: count === 1 ? 'single-node' : 'quorum',
        make: (options) => rooms.on(nodes.urls.slice(0, count), options),
      });
    });
  }

  it('asks a bare quorum for a lock held for a moment, and gives it back there', async () => {
    const locks = rooms.on(nodes.urls);
    await warmUp(locks, 5);
    const setsOf = async ({ client }: RedisNode) =>
      Number(/cmdstat_set:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0);
    // The others are asked as well when the machine is so busy that these are late.
    await until(async () => {
      for (const { client } of nodes.all) await client.config('RESETSTAT');
      await locks.withLock(['7'], {}, async () => undefined);
      await warmUp(locks, 5);
      const sets = await Promise.all(nodes.all.map(setsOf));
      return sets.filter((count) => count > 0).length === 3;
    }, 3000);
    for (const { client } of nodes.all) {
      await until(async () => (await client.exists('lock:goods:7')) === 0, 1000, 'the release');
    }
  });

  it('keeps a plain key on every node once it was renewed, and the fence beside it', async () => {
    const locks = rooms.on(nodes.urls);
    await warmUp(locks, 5);
    await locks.withLock(['7'], {}, async ({ fence }) => {
      await spread(locks, '7', 5);
      for (const { client } of nodes.all) {
        expect(await client.get('lock:goods:7')).to.be.a('string');
        expect(await client.pttl('lock:goods:7')).to.be.within(5000, 10_000);
        expect(await client.get('lock:goods:7~fence')).to.equal(fence.toString());
      }
    });
  });

  it('shows who is held where, with ttl, fence and waiters', async () => {
    const locks = rooms.on(nodes.urls.slice(0, 3));
    await warmUp(locks, 3);
    await locks.withLock(['7'], {}, async ({ fence }) => {
      await spread(locks, '7', 3);
      const [seven, eight] = await locks.inspect(['7', '8']);
      expect(seven?.name).to.equal('7');
      for (const view of seven?.nodes ?? []) {
        expect(view).to.include({ reachable: true, held: true, fence, waiting: 0 });
      }
      expect(eight?.nodes[0]).to.include({ held: false, ttlMs: null, fence: null });
    });
  });

  it('takes hundreds of names in one round', async () => {
    const locks = rooms.on(nodes.urls.slice(0, 3));
    const names = Array.from({ length: 500 }, (_, index) => `n${index}`);
    const got = await locks.withLock(names, {}, async (held) => held.names.length);
    expect(got).to.equal(500);
  });
});
