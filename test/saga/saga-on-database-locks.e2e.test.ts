import { expect } from 'chai';
import { compose } from '../../src/app/compose.ts';
import { readConfig } from '../../src/app/config.ts';
import { createLocks, type Locks } from '../../src/locks/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { testServers } from '../support/environment.ts';
import { heldIn } from '../support/lock-room.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { until } from '../support/until.ts';

const one = [{ goodsId: 1, quantity: 1 }];

describe('a saga under locks in its own database', function () {
  this.timeout(15_000);
  let fresh: FreshDatabase;
  let sagas: SagaFixture[];
  let rooms: Locks[];

  const room = () => {
    const locks = createLocks({ urls: ['mysql:'], databaseUrl: fresh.url, prefix: 'lock:goods:' });
    rooms.push(locks);
    return locks;
  };

  beforeEach(async () => {
    fresh = await freshDatabase();
    rooms = [];
    const make = () => sagaFixture({ locks: room(), database: fresh.database });
    sagas = [await make(), await make()];
  });
  afterEach(async () => {
    await Promise.all(rooms.map((locks) => locks.close()));
    await fresh.drop();
  });

  it('sells no unit twice from two processes, and every movement has a rising number', async () => {
    const [first, second] = sagas as [SagaFixture, SagaFixture];
    await first.restock(1, 10);
    const states = await Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        const saga = index % 2 ? first : second;
        await saga.place(`o${index}`, one);
        return (await saga.reserve(`o${index}`)).state;
      }),
    );
    expect(states.filter((state) => state === 'reserved')).to.have.length(10);
    const fences = await fresh.database.rows<{ fence: number | null }>(
      "SELECT fence FROM movements WHERE kind <> 'restock' ORDER BY goods_id, version",
    );
    const numbers = fences.map(({ fence }) => Number(fence));
    expect(numbers).to.have.length(10);
    expect(numbers.every((number) => number > 0)).to.equal(true);
    expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b));
    for (const { saga } of sagas) expect(saga.stats.lockUnreachable).to.equal(0);
  });

  it('waits for a foreign holder, and never passes it by', async () => {
    const [saga] = sagas as [SagaFixture];
    await saga.restock(1, 5);
    await saga.place('a', one);
    const held = heldIn(await room().tryLock(['1']));
    const start = systemClock.monotonicMs();
    const waiting = saga.reserve('a');
    await until(() => saga.saga.stats.lockBusy > 3, 5000);
    await held.release();
    expect((await waiting).state).to.equal('reserved');
    expect(systemClock.monotonicMs() - start).to.be.below(6000);
  });

  it('is what a process is put together with by one setting', async () => {
    const { redisUrl } = testServers();
    const config = readConfig({
      HOLDFAST_DATABASE_URL: fresh.url,
      HOLDFAST_REDIS_URL: redisUrl,
      HOLDFAST_LOCK_URLS: 'mysql:',
    });
    expect(config.lockUrls).to.deep.equal(['mysql:']);
    const app = compose({ ...config, logLevel: 'error' }, 'test');
    expect(app.locks.guarantee).to.equal('database');
    const [view] = await app.locks.inspect(['1']);
    expect(view?.nodes).to.have.length(1);
    expect(view?.nodes[0]).to.include({ reachable: true, held: false });
    await app.close();
    const both = { HOLDFAST_LOCK_URLS: 'mysql:,redis://127.0.0.1:6379' };
    expect(() => readConfig({ HOLDFAST_DATABASE_URL: fresh.url, ...both })).to.throw('LOCK_URLS');
  });
});
