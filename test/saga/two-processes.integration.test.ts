import { expect } from 'chai';
import fc from 'fast-check';
import { type Database, openDatabase } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { antagonist, waitingSession } from '../support/antagonist.ts';
import { expectBalanced } from '../support/books.ts';
import {
  type SagaDoors,
  type SagaFixture,
  sagaFixture,
  sagaOver,
} from '../support/saga-fixture.ts';

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

describe('two processes over one database, without locks', () => {
  let one: SagaFixture;
  let two: SagaDoors;
  let other: Database;
  before(async () => {
    const rules = { latePayment: 'refund' } as const;
    one = await sagaFixture({ rules, batching: { eventsMax: 20 } });
    other = openDatabase({ url: one.url, logger: silentLogger });
    two = sagaOver(other, { rules, batching: { eventsMax: 20 } });
    for (const goodsId of [1, 2, 3, 4, 5, 6]) await one.restock(goodsId, 1000);
  });
  after(async () => {
    await other.close();
    await one.drop();
  });
  afterEach(() => expectBalanced(one.database));

  const lines = [{ goodsId: 1, quantity: 1 }];
  const reserved = async (ids: readonly string[]): Promise<void> => {
    await Promise.all(ids.map((id) => one.place(id, lines)));
    await Promise.all(ids.map((id) => one.reserve(id)));
  };
  const states = async (prefix: string) =>
    one.database.rows<{ state: string; reason: string | null }>(
      `SELECT o.state, p.reason FROM orders o LEFT JOIN payments p ON p.order_seq = o.seq
       WHERE o.order_id LIKE ?`,
      [`${prefix}-%`],
    );

  it('decide overlapping orders of many lines, all of them, in bounded time', async () => {
    const goods = fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 1, maxLength: 5 });
    const wanted = fc.sample(goods, { seed: 42, numRuns: 150 });
    const ids = wanted.map((_, index) => `many-${index}`);
    const placing = wanted.map((list, index) => {
      const order = list.map((goodsId) => ({ goodsId, quantity: 1 }));
      return (index % 2 === 0 ? one : two).place(`many-${index}`, order);
    });
    await Promise.all(placing);
    const outcomes = await Promise.all(ids.flatMap((id) => [one.reserve(id), two.reserve(id)]));
    expect(outcomes.every(({ state }) => state === 'reserved')).to.equal(true);
    const cancelled = await Promise.all(ids.flatMap((id) => [two.cancel(id), one.cancel(id)]));
    expect(cancelled.every(({ state }) => state === 'cancelled')).to.equal(true);
  });

  it('let exactly one win when payments race with the end of the hold', async () => {
    const ids = numbered('late', 80);
    await reserved(ids);
    await one.database.write(
      `UPDATE orders SET due_at = UTC_TIMESTAMP(6) WHERE order_id LIKE 'late-%'`,
    );
    await Promise.all(
      ids.flatMap((orderId) => [one.due(orderId), two.pay({ orderId, paymentId: `p-${orderId}` })]),
    );
    for (const { state, reason } of await states('late')) {
      expect([
        ['paid', null],
        ['expired', 'late'],
      ]).to.deep.include([state, reason]);
    }
  });

  it('never miss each other when a cancel meets the order itself', async () => {
    const ids = numbered('cancel', 60);
    await Promise.all(ids.flatMap((id) => [one.cancel(id), two.place(id, lines)]));
    const found = await states('cancel');
    expect(found).to.have.length(60);
    expect(found.every(({ state }) => state === 'cancelled')).to.equal(true);
  });

  it('never miss each other when a payment meets the order itself', async () => {
    const ids = numbered('early', 60);
    await Promise.all(
      ids.flatMap((orderId) => [
        two.pay({ orderId, paymentId: `p-${orderId}` }),
        one.place(orderId, lines),
      ]),
    );
    await Promise.all(ids.flatMap((id) => [one.reserve(id), two.reserve(id)]));
    expect((await states('early')).every(({ state }) => state === 'paid')).to.equal(true);
  });

  it('take a payment id for one order only', async () => {
    const ids = numbered('twice', 20);
    await reserved(ids);
    const pairs = ids.slice(0, 10).map((orderId, index) => [orderId, ids[index + 10] ?? '']);
    const outcomes = await Promise.all(
      pairs.map(([first = '', second = '']) =>
        Promise.all([
          one.pay({ orderId: first, paymentId: `p-${first}` }),
          two.pay({ orderId: second, paymentId: `p-${first}` }),
        ]),
      ),
    );
    for (const pair of outcomes) {
      expect(pair.map(({ code, state }) => code ?? state).toSorted()).to.deep.equal([
        'paid',
        'payment-conflict',
      ]);
    }
  });

  it('count goods that arrive once for each key', async () => {
    const keys = numbered('delivery', 20);
    const answers = await Promise.all(
      keys.flatMap((key) => [one.restock(7, 5, key), two.restock(7, 5, key)]),
    );
    expect(answers.filter(({ change }) => change === 'changed')).to.have.length(20);
    const [stock] = await one.database.rows('SELECT available FROM stock WHERE goods_id = 7');
    expect(stock).to.deep.equal({ available: 100 });
  });

  it('let one of two win who set the same stock as they saw it', async () => {
    const set = ({ saga }: SagaDoors, idempotencyKey: string) =>
      saga.advance({
        kind: 'stock-set',
        goodsId: 8,
        available: 50,
        expectedVersion: 0,
        reason: 'counted',
        idempotencyKey,
        via: { cause: 'cli', attempt: 1 },
      });
    const answers = await Promise.all([set(one, 'count-1'), set(two, 'count-2')]);
    expect(answers.map(({ code }) => code ?? 'done').toSorted()).to.deep.equal([
      'done',
      'version-conflict',
    ]);
  });

  it('take stock rows in order of their ids, new stock among them', async () => {
    await reserved(['lock-0']);
    const row = 'SELECT goods_id FROM stock WHERE goods_id = ? FOR UPDATE';
    const foreign = await antagonist(other, (sql) => sql.rows(row, [1]));
    const both = Promise.all([one.cancel('lock-0'), one.restock(6, 1)]);
    await waitingSession(other);
    await foreign.sql.rows(`${row} NOWAIT`, [6]);
    await foreign.leave();
    await both;
  });
});
