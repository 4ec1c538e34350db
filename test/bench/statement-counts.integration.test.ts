import { expect } from 'chai';
import { countingDatabase } from '../../bench/counted-database.ts';
import { countOrders, type OrderCounts } from '../../bench/order-counts.ts';
import { type Logger, randomName, systemClock, systemRandom } from '../../src/kernel/index.ts';
import { type Database, openDatabase } from '../../src/mysql/index.ts';
import {
  createSaga,
  type GoodsLocks,
  noNudges,
  type Saga,
  type SagaEvent,
} from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { testServers } from '../support/environment.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';

const ORDERS = 100;
const via = { cause: 'cli', attempt: 1 } as const;
const numbers = Array.from({ length: ORDERS }, (_, index) => index);

/** What a batch costs, in things that no clock and no busy machine can change. */
interface Cost {
  batches: number;
  statements: number;
  trips: number;
  lockRounds: number;
}

describe('the cost of a batch', () => {
  let fresh: FreshDatabase;
  let database: Database;
  let saga: Saga;
  let statements = 0;
  let trips = 0;

  before(async () => {
    fresh = await freshDatabase();
    const logger: Logger = {
      ...silentLogger,
      writes: () => true,
      debug: (message) => {
        if (message === 'sql') trips += 1;
      },
    };
    database = openDatabase({ url: fresh.url, logger });
    saga = sagaThat({ writesNotices: false });
    await saga.advance({
      kind: 'stock-set',
      goodsId: 1,
      available: 2 * ORDERS,
      reason: 'test',
      idempotencyKey: 'stock',
      via,
    });
  });
  after(async () => {
    await database.close();
    await fresh.drop();
  });

  function sagaThat({ writesNotices }: { readonly writesNotices: boolean }): Saga {
    return createSaga({
      database: countingDatabase(database, () => {
        statements += 1;
      }),
      locks: alwaysFree,
      nudges: noNudges,
      rules: { latePayment: 'reserve-again', holdSeconds: 900, writesNotices },
      logger: silentLogger,
      clock: systemClock,
      random: systemRandom,
    });
  }

  async function costOf(events: readonly SagaEvent[], state: string): Promise<Cost> {
    const before = { ...saga.stats, statements, trips };
    const results = await saga.advanceAll(events);
    for (const result of results) {
      expect(result).to.have.nested.property('outcome.state', state);
    }
    return {
      batches: saga.stats.batches - before.batches,
      statements: statements - before.statements,
      trips: trips - before.trips,
      lockRounds: saga.stats.lockRounds - before.lockRounds,
    };
  }

  it('is five statements in four trips, and no lock, to place many orders', async () => {
    const lines = [{ goodsId: 1, quantity: 1 }];
    const events = numbers.map(
      (index): SagaEvent => ({ kind: 'placed', order: { orderId: `o${index}`, lines }, via }),
    );
    const cost = await costOf(events, 'placed');
    expect(cost).to.deep.equal({ batches: 1, statements: 5, trips: 4, lockRounds: 0 });
  });

  it('is six statements in three trips, and one lock, to reserve for many', async () => {
    const events = numbers.map(
      (index): SagaEvent => ({ kind: 'reserve', orderId: `o${index}`, via }),
    );
    const cost = await costOf(events, 'reserved');
    expect(cost).to.deep.equal({ batches: 1, statements: 6, trips: 3, lockRounds: 1 });
  });

  it('is eight statements in four trips, and one lock, to place and reserve many', async () => {
    const lines = [{ goodsId: 1, quantity: 1 }];
    const events = numbers.map(
      (index): SagaEvent => ({
        kind: 'placed',
        order: { orderId: `w${index}`, lines },
        reserveWithinMs: 1000,
        via,
      }),
    );
    const cost = await costOf(events, 'reserved');
    expect(cost).to.deep.equal({ batches: 1, statements: 8, trips: 4, lockRounds: 1 });
  });

  it('is eight statements in three trips, and one lock, to settle many payments', async () => {
    const events = numbers.map(
      (index): SagaEvent => ({
        kind: 'payment',
        payment: { orderId: `o${index}`, paymentId: `p${index}` },
        via,
      }),
    );
    const cost = await costOf(events, 'paid');
    expect(cost).to.deep.equal({ batches: 1, statements: 8, trips: 3, lockRounds: 1 });
  });

  it('is two statements, and nothing written, for payments that are told again', async () => {
    const events = numbers.map(
      (index): SagaEvent => ({
        kind: 'payment',
        payment: { orderId: `o${index}`, paymentId: `p${index}` },
        via,
      }),
    );
    const cost = await costOf(events, 'paid');
    expect(cost).to.deep.equal({ batches: 1, statements: 2, trips: 1, lockRounds: 1 });
  });

  it('is the same with a safety stock and thresholds, and nobody to tell of them', async () => {
    const keeping = { safety: 5, thresholds: { lowAt: 90, backAt: 95 } };
    const about = { goodsId: 1, actor: 'ann', reason: 'test', via };
    await saga.advance({ kind: 'stock-keep', ...about, ...keeping });
    const lines = [{ goodsId: 1, quantity: 1 }];
    const kept = numbers.slice(0, 10);
    const placing = kept.map(
      (index): SagaEvent => ({ kind: 'placed', order: { orderId: `k${index}`, lines }, via }),
    );
    const more = { kind: 'stock-adjust', delta: 100, reason: 'test', idempotencyKey: 'more' };
    await saga.advance({ ...more, goodsId: 1, via } as SagaEvent);
    await costOf(placing, 'placed');
    const reserving = kept.map(
      (index): SagaEvent => ({ kind: 'reserve', orderId: `k${index}`, via }),
    );
    const cost = await costOf(reserving, 'reserved');
    expect(cost).to.deep.equal({ batches: 1, statements: 6, trips: 3, lockRounds: 1 });
    expect(await database.rows("SELECT side FROM stock WHERE side = 'low'")).to.have.length(1);
    const gone = { kind: 'stock-set', available: 0, reason: 'test', idempotencyKey: 'gone' };
    await saga.advance({ ...gone, goodsId: 1, via } as SagaEvent);
  });

  it('is one statement more, and no trip, when a receiver is to be told of it', async () => {
    const rejecting = async (name: string, writesNotices: boolean) => {
      saga = sagaThat({ writesNotices });
      const lines = [{ goodsId: 1, quantity: 1 }];
      const ids = numbers.map((index) => `${name}${index}`);
      const placing = ids.map(
        (orderId): SagaEvent => ({ kind: 'placed', order: { orderId, lines }, via }),
      );
      await costOf(placing, 'placed');
      return await costOf(
        ids.map((orderId): SagaEvent => ({ kind: 'reserve', orderId, via })),
        'rejected',
      );
    };
    const untold = await rejecting('untold', false);
    expect(await database.rows('SELECT kind FROM notices')).to.have.length(0);
    const told = await rejecting('told', true);
    expect(await database.rows('SELECT kind FROM notices')).to.have.length(ORDERS);
    expect(told).to.deep.equal({ ...untold, statements: untold.statements + 1 });
  });
});

describe('the cost of a burst of orders, one to a job', () => {
  const BURST = 2000;
  let fresh: FreshDatabase;
  let counts: OrderCounts;

  before(async () => {
    fresh = await freshDatabase();
    counts = await countOrders({
      databaseUrl: fresh.url,
      redisUrl: testServers().redisUrl,
      prefix: `{test-${randomName(6)}}`,
      locks: alwaysFree,
      rules: { latePayment: 'reserve-again', holdSeconds: 900, writesNotices: false },
      goodsId: 1,
      orders: BURST,
    });
  });
  after(async () => {
    await fresh.drop();
  });

  const legs = () => [counts.placed, counts.paid];

  it('is a job when it is placed and one when it is paid, and an alarm for each second', () => {
    for (const { jobs } of legs()) expect(jobs).to.be.within(BURST, BURST * 1.02);
  });

  it('is one command to Redis for each job, and hardly any to take and to end them', () => {
    for (const { addCommands, workCommands } of legs()) {
      expect(addCommands).to.be.within(BURST, BURST * 1.01);
      expect(workCommands).to.be.below(BURST * 0.1);
    }
  });

  it('is few batches, with as many statements and trips as large ones have', () => {
    for (const { batches, trips } of legs()) {
      expect(batches).to.be.within(1, BURST / 100);
      expect(trips / batches).to.be.below(7);
    }
    expect(counts.placed.statements / counts.placed.batches).to.be.below(9);
    expect(counts.paid.statements / counts.paid.batches).to.be.below(9);
  });

  it('is at most one lock for each batch', () => {
    for (const { batches, lockRounds } of legs()) expect(lockRounds).to.be.within(1, batches);
  });
});

const alwaysFree: GoodsLocks = {
  tryLock: () =>
    Promise.resolve({
      kind: 'held',
      held: { fence: 1n, assertHeld: () => undefined, release: () => Promise.resolve() },
    }),
  lock: (names, ask) => alwaysFree.tryLock(names, ask),
};
