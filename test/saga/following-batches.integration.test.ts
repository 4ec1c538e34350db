import { expect } from 'chai';
import { antagonist, waitingSession } from '../support/antagonist.ts';
import { expectBalanced } from '../support/books.ts';
import { FakeLocks } from '../support/fake-locks.ts';
import { type SagaFixture, sagaFixture, sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';

const ONE = [{ goodsId: 1, quantity: 1 }];

/** Small batches that follow each other as soon as two events wait. */
const EAGER = { eventsMax: 5, followFrom: 2, lanes: 4 };

describe('batches that follow each other on the same goods', () => {
  let fixture: SagaFixture;
  let locks: FakeLocks;
  beforeEach(async () => {
    locks = new FakeLocks();
    fixture = await sagaFixture({ locks, batching: EAGER });
  });
  afterEach(async () => {
    expect(locks.held).to.equal(0);
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  const sell = (ids: readonly string[]) => Promise.all(ids.map((id) => fixture.sell(id, ONE)));
  const named = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  const stock = async () =>
    (await fixture.database.rows('SELECT available, held, sold, version FROM stock'))[0];

  it('sell exactly what is there, in order of arrival, under fewer locks', async () => {
    await fixture.restock(1, 120);
    const asksBefore = locks.asks.length;
    const outcomes = await sell(named('o', 200));
    expect(outcomes.slice(0, 120).every(({ state }) => state === 'paid')).to.equal(true);
    expect(outcomes.slice(120).every(({ state }) => state === 'rejected')).to.equal(true);
    expect(await stock()).to.deep.equal({ available: 0, held: 0, sold: 120, version: 241 });
    const { followed, batches, retries } = fixture.saga.stats;
    expect(followed).to.be.greaterThan(10);
    expect(locks.asks.length - asksBefore).to.be.at.most(batches - followed);
    expect(retries).to.equal(0);
  });

  it('commit nothing of what they foresaw when the one before does not commit', async () => {
    await fixture.restock(1, 8);
    const waiting = named('w', 5);
    for (const id of waiting) await fixture.place(id, ONE);
    await fixture.place('rival', ONE);
    // Its payment id is being written by somebody else, so the first batch stands in its writes.
    const other = await antagonist(fixture.database, (sql) =>
      sql.write(
        `INSERT INTO payments (payment_id, order_seq, state, at)
         SELECT 'p-w-0', seq, 'early', UTC_TIMESTAMP(6) FROM orders WHERE order_id = 'rival'`,
      ),
    );
    for (const id of waiting) await fixture.reserve(id);
    const paid = Promise.all(
      waiting.map((orderId) => fixture.pay({ orderId, paymentId: `p-${orderId}` })),
    );
    const first = await waitingSession(fixture.database);
    const followers = sell(named('f', 5));
    await until(() => fixture.saga.stats.followed > 0, 5000, 'a batch to follow');
    await fixture.database.write('KILL CONNECTION ?', [first]);
    await until(() => fixture.saga.stats.retries > 0, 5000, 'a batch to be tried again');
    await other.sql.write(`DELETE FROM payments WHERE payment_id = 'p-w-0'`);
    await other.leave();
    expect((await paid).map(({ state }) => state)).to.deep.equal(waiting.map(() => 'paid'));
    const states = (await followers).map(({ state }) => state).toSorted();
    expect(states).to.deep.equal(['paid', 'paid', 'paid', 'rejected', 'rejected']);
    expect(await stock()).to.include({ available: 0, held: 0, sold: 8 });
  });

  it('blame no event for a version that another process took meanwhile', async () => {
    await fixture.restock(1, 9);
    for (const id of ['w', 'rival']) await fixture.place(id, ONE);
    await fixture.reserve('w');
    let failures = 0;
    const { database } = fixture;
    const doors = sagaOver(
      {
        ...database,
        transaction: (work) =>
          database.transaction(work).catch((error: unknown) => {
            failures += 1;
            throw error;
          }),
      },
      { locks, batching: { ...EAGER, followFrom: 1 } },
    );
    const other = await antagonist(database, (sql) =>
      sql.write(
        `INSERT INTO payments (payment_id, order_seq, state, at)
         SELECT 'p-w', seq, 'early', UTC_TIMESTAMP(6) FROM orders WHERE order_id = 'rival'`,
      ),
    );
    // Version 3 will be its settle; the follower foresees 4, which somebody else has by now.
    const lead = doors.pay({ orderId: 'w', paymentId: 'p-w' });
    await waitingSession(database);
    await database.write(
      `INSERT INTO movements (goods_id, version, kind, quantity, at)
       VALUES (1, 4, 'restock', 1, UTC_TIMESTAMP(6))`,
    );
    const follower = doors.sell('f', ONE);
    await until(() => failures > 0, 5000, 'the follower to fail');
    // It waits for the one before: to try the same again would be in vain, three times is blame.
    const again = await until(() => failures > 1, 300).then(
      () => true,
      () => false, // nothing happened, as it should
    );
    await database.write('DELETE FROM movements WHERE version = 4');
    await other.sql.write(`DELETE FROM payments WHERE payment_id = 'p-w'`);
    await other.leave();
    expect([again, (await lead).state, (await follower).state]).to.deep.equal([
      false,
      'paid',
      'paid',
    ]);
    expect(doors.saga.stats).to.include({ splits: 0, buried: 0 });
  });

  it('never take goods that the batch before does not have', async () => {
    await fixture.restock(1, 50);
    await fixture.restock(2, 50);
    const both = [...ONE, { goodsId: 2, quantity: 1 }];
    const outcomes = await Promise.all([
      ...named('a', 40).map((id) => fixture.sell(id, ONE)),
      ...named('b', 40).map((id) => fixture.sell(id, both)),
      ...named('c', 40).map((id) => fixture.sell(id, [{ goodsId: 2, quantity: 1 }])),
    ]);
    const paid = outcomes.filter(({ state }) => state === 'paid').length;
    const rows = await fixture.database.rows<{ available: number; sold: number }>(
      'SELECT available, sold FROM stock ORDER BY goods_id',
    );
    expect(rows.map(({ available, sold }) => available + sold)).to.deep.equal([50, 50]);
    expect(paid).to.be.within(70, 90);
  });

  it('let a change of stock wait until the one before has committed', async () => {
    await fixture.restock(1, 10);
    const outcomes = await Promise.all([
      sell(named('o', 12)),
      ...Array.from({ length: 6 }, (_, index) => fixture.restock(1, 1, `more-${index}`)),
    ]);
    const paid = outcomes[0].filter(({ state }) => state === 'paid').length;
    expect(await stock()).to.include({ available: 16 - paid, sold: paid });
  });
});
