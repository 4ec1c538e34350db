import { expect } from 'chai';
import { systemClock } from '../../src/kernel/index.ts';
import { createSaga, noLocks, noNudges, type Saga, type SagaEvent } from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { StrictDatabase } from '../support/strict-database.ts';

const via = { cause: 'queue', attempt: 1 } as const;
const placed: SagaEvent = {
  kind: 'placed',
  order: { orderId: 'a', lines: [{ goodsId: 1, quantity: 2 }] },
  via,
};

/** What `racing-sagas.property.test.ts` has found, each step in its place. */
describe('a race that was lost once', () => {
  const sagaOver = (database: StrictDatabase): Saga =>
    createSaga({
      database,
      locks: noLocks,
      nudges: noNudges,
      rules: { latePayment: 'reserve-again', holdSeconds: 900 },
      logger: silentLogger,
      clock: systemClock,
      random: () => -1,
    });

  it('does not make a good order a dead letter, whatever went wrong before', async () => {
    let inserts = 0;
    let other: Promise<unknown> = Promise.resolve();
    const turn = async (what: string): Promise<void> => {
      if (!what.startsWith('INSERT INTO orders')) return;
      inserts += 1;
      // The third time somebody else is faster, by the time between a look and a write.
      if (inserts !== 3) return;
      other = sagaOver(database).advance(placed);
      await other;
    };
    const database: StrictDatabase = new StrictDatabase(turn, ['commit-lost', 'commit-lost']);
    const outcome = await sagaOver(database).advance(placed);
    await other;
    expect(outcome).to.include({ orderId: 'a', state: 'placed', change: 'unchanged' });
    expect(inserts).to.equal(4);
    expect(database.letters).to.deep.equal([]);
  });

  it('is still a fault of the data when it is lost over and over', async () => {
    let inserts = 0;
    const turn = async (what: string): Promise<void> => {
      if (what.startsWith('INSERT INTO order_steps')) inserts += 1;
    };
    const database = new StrictDatabase(turn, []);
    const row = { order_seq: 1, step: 1 };
    database.store.commit(new Map([['steps', new Map(stepsInTheWay(row))]]));
    const outcome = await sagaOver(database)
      .advance(placed)
      .catch((error: unknown) => error);
    expect(outcome).to.have.property('code', 'event-impossible');
    expect(inserts).to.equal(3);
    expect(database.letters).to.have.length(1);
  });
});

/** Numbers of orders go on after a rollback, as those of a server do. */
const stepsInTheWay = (row: { order_seq: number; step: number }) =>
  [1, 2, 3, 4].map((seq) => [`${seq} 1`, { ...row, order_seq: seq }] as const);
