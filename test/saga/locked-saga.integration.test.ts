import { expect } from 'chai';
import { type Clock, systemClock, systemRandom } from '../../src/kernel/index.ts';
import { createLocks, type Locks } from '../../src/locks/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { skewedClock } from '../support/lock-room.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

const one = [{ goodsId: 1, quantity: 1 }];
const two = [{ goodsId: 2, quantity: 1 }];

describe('a saga under the quorum lock', () => {
  let nodes: RedisNodes;
  let locks: Locks;
  let fixture: SagaFixture;

  const locksOf = (clock: Clock): Locks =>
    createLocks({
      urls: nodes.urls,
      prefix: 'lock:goods:',
      ttlMs: 5000,
      logger: silentLogger,
      clock,
      random: systemRandom,
    });
  const fences = async () => {
    const rows = await fixture.database.rows<{ fence: number | null }>(
      "SELECT fence FROM movements WHERE kind <> 'restock' ORDER BY goods_id, version",
    );
    return rows.map(({ fence }) => fence);
  };

  beforeEach(async function () {
    this.timeout(15_000);
    nodes = await startRedisNodes(5);
    locks = locksOf(systemClock);
    fixture = await sagaFixture({ locks });
    await fixture.restock(1, 100);
    await fixture.restock(2, 100);
    for (const id of ['a', 'b', 'c']) await fixture.place(id, one);
    await fixture.place('other', two);
  });

  afterEach(async () => {
    await locks.close();
    await fixture.drop();
    await nodes.stop();
  });

  it('writes the rising number of its lock into every movement', async () => {
    for (const id of ['a', 'b', 'c']) await fixture.reserve(id);
    const [first, second, third] = await fences();
    expect(first).to.be.a('number');
    expect(Number(second)).to.be.greaterThan(Number(first));
    expect(Number(third)).to.be.greaterThan(Number(second));
    expect(fixture.saga.stats.lockUnreachable).to.equal(0);
  });

  it('waits for a foreign holder of one goods id while orders for others go', async () => {
    for (const { client } of nodes.all) await client.set('lock:goods:1', 'foreign', 'PX', 60_000);
    const waiting = fixture.reserve('a');
    expect((await fixture.reserve('other')).state).to.equal('reserved');
    for (let round = 0; round < 5; round += 1) {
      await fixture.place(`quick-${round}`, two);
      expect((await fixture.reserve(`quick-${round}`)).state).to.equal('reserved');
    }
    const [row] = await fixture.database.rows<{ held: number }>(
      'SELECT held FROM stock WHERE goods_id = 1',
    );
    expect(row?.held, 'a foreign lock is never bypassed').to.equal(0);
    for (const { client } of nodes.all) await client.del('lock:goods:1');
    expect((await waiting).state).to.equal('reserved');
  });

  it('goes on under row locks alone when a majority of nodes is down', async () => {
    for (const index of [0, 1, 2]) await nodes.at(index).kill();
    const start = systemClock.monotonicMs();
    expect((await fixture.reserve('a')).state).to.equal('reserved');
    expect(systemClock.monotonicMs() - start).to.be.lessThan(1500);
    expect(fixture.saga.stats.lockUnreachable).to.be.greaterThan(0);
    expect(await fences()).to.deep.equal([null]);
  });

  it('goes on within 2 s after all nodes forgot, with a clock 60 s slow', async () => {
    await fixture.reserve('a');
    await nodes.flush();
    const slowLocks = locksOf(skewedClock(-60_000));
    const slow = await sagaFixture({ locks: slowLocks, database: fixture.database });
    const start = systemClock.monotonicMs();
    expect((await slow.reserve('b')).state).to.equal('reserved');
    expect(systemClock.monotonicMs() - start).to.be.lessThan(2000);
    expect(slow.saga.stats.fenceRefused).to.equal(1);
    const [before, after] = await fences();
    expect(Number(after)).to.be.greaterThan(Number(before));
    await slowLocks.close();
  });
});
