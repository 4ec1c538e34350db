import { expect } from 'chai';
import { heldIn, LockRooms, spread, warmUp } from '../support/lock-room.ts';
import { type RedisNode, type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

const KEY = 'lock:goods:a';

/** A lock has a bare quorum of votes at first: what becomes of it when a node is lost. */
describe('the renewal of a lock on a quorum', function () {
  this.timeout(10_000);
  let nodes: RedisNodes;
  const rooms = new LockRooms();

  beforeEach(async () => {
    nodes = await startRedisNodes(5);
  });
  afterEach(async () => {
    await rooms.close();
    await nodes.stop();
  });

  const holders = async (): Promise<RedisNode[]> => {
    const found: RedisNode[] = [];
    for (const node of nodes.all) if ((await node.client.exists(KEY)) === 1) found.push(node);
    return found;
  };

  /** Without renewing by itself, so that it stays on those that were asked first. */
  const held = async () => {
    const locks = rooms.on(nodes.urls);
    await warmUp(locks, 5);
    return { locks, lock: heldIn(await locks.tryLock(['a'], { autoRenew: false })) };
  };

  it('wins the nodes that were not asked, and so outlives one that granted it', async () => {
    const { locks, lock } = await held();
    const [first] = await holders();
    await first?.kill();
    await lock.renew();
    const others = nodes.all.filter((node) => node !== first);
    const having = async () => {
      const views = (await locks.inspect(['a']))[0]?.nodes ?? [];
      return views.filter((view) => view.held && view.fence === lock.fence).length;
    };
    await until(async () => (await having()) === others.length, 3000);
    expect((await rooms.on(nodes.urls).tryLock(['a'])).kind).to.equal('busy');
    await lock.release();
    for (const { client } of others) {
      await until(async () => (await client.exists(KEY)) === 0, 1000, 'a release');
    }
  });

  it('does not count a node that has counted on since, as for a successor', async () => {
    const { locks, lock } = await held();
    const on = await holders();
    const spares = nodes.all.filter((node) => !on.includes(node));
    for (const { client } of spares) {
      await client.set(`${KEY}~fence`, (lock.fence + 1n).toString());
    }
    await on[0]?.client.del(KEY);
    await on[1]?.client.del(KEY);
    expect(await lock.renew().catch((error) => error)).to.include({ code: 'lock-lost' });
    await lock.release();
    await until(async () => (await locks.tryLock(['a'])).kind === 'held', 3000);
  });

  it('comes soon, so that nobody holds a lock on few nodes for long', async () => {
    const locks = rooms.on(nodes.urls);
    await warmUp(locks, 5);
    const lock = heldIn(await locks.tryLock(['a']));
    await spread(locks, 'a', 5);
    expect(lock.remainingMs()).to.be.above(5000);
  });
});
