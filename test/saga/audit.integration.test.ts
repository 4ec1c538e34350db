import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type AuditReport, audit } from '../../src/saga/index.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

/** A way to spoil the books by hand, and the checks that must see it, each as often as named. */
interface Spoiling {
  readonly what: string;
  readonly by: readonly string[];
  readonly seen: readonly string[];
}

const seqOf = (orderId: string) => `(SELECT seq FROM orders WHERE order_id = '${orderId}')`;
const movement = (orderId: string, kind: string) =>
  `order_seq = ${seqOf(orderId)} AND kind = '${kind}'`;
const without = (table: string, ...constraints: readonly string[]) =>
  constraints.map((name) => `ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
/** MariaDB cannot write a table that the same statement reads from, except through a copy. */
const copied = (select: string) => `(SELECT * FROM (${select}) copy)`;

const SPOILINGS: readonly Spoiling[] = [
  {
    what: 'units that stand nowhere',
    by: [
      ...without('stock', 'stock_adds_up'),
      'UPDATE stock SET available = available + 1 WHERE goods_id = 1',
    ],
    seen: ['ledger-balance', 'stock-adds-up'],
  },
  {
    what: 'a balance below zero',
    by: [
      ...without('stock', 'stock_available_not_negative'),
      'UPDATE stock SET available = -1, received = held + sold - 1 WHERE goods_id = 1',
    ],
    seen: ['ledger-balance', 'ledger-balance', 'stock-negative'],
  },
  {
    what: 'a unit moved from held to available in the row alone',
    by: ['UPDATE stock SET available = available + 1, held = held - 1 WHERE goods_id = 1'],
    seen: ['held-orders', 'ledger-balance', 'ledger-balance'],
  },
  {
    what: 'a unit moved from sold to available in the row alone',
    by: ['UPDATE stock SET available = available + 1, sold = sold - 1 WHERE goods_id = 1'],
    seen: ['ledger-balance', 'ledger-balance', 'sold-orders'],
  },
  {
    what: 'a stock row that is gone',
    by: ['DELETE FROM stock WHERE goods_id = 2'],
    seen: ['stock-missing'],
  },
  {
    what: 'a version that no movement has',
    by: ['UPDATE stock SET version = version + 1 WHERE goods_id = 1'],
    seen: ['stock-version'],
  },
  {
    what: 'a gap in the ledger',
    by: ['UPDATE movements SET version = version + 1000 WHERE goods_id = 2 ORDER BY version DESC'],
    seen: ['adjustments', 'adjustments', 'ledger-versions', 'stock-version'],
  },
  {
    what: 'a fence that falls',
    by: [
      'UPDATE movements SET fence = 9 WHERE goods_id = 2 AND version = 1',
      'UPDATE movements SET fence = 8 WHERE goods_id = 2 AND version = 2',
      'UPDATE stock SET fence = 9 WHERE goods_id = 2',
    ],
    seen: ['fence-order'],
  },
  {
    what: 'a stock row with a lower fence than its ledger',
    by: ['UPDATE movements SET fence = 9 WHERE goods_id = 1'],
    seen: ['stock-fence'],
  },
  {
    what: 'a reserve without its movement',
    by: [`DELETE FROM movements WHERE ${movement('reserved', 'reserve')} AND goods_id = 2`],
    seen: ['hold-missing', 'ledger-balance', 'ledger-balance', 'ledger-versions'],
  },
  {
    what: 'a reserve of the wrong quantity',
    by: [
      `UPDATE movements SET quantity = 3 WHERE ${movement('reserved', 'reserve')} AND goods_id = 2`,
    ],
    seen: ['hold-quantity', 'ledger-balance', 'ledger-balance'],
  },
  {
    what: 'a movement of goods that the order does not ask for',
    by: [`DELETE FROM order_lines WHERE order_seq = ${seqOf('reserved')} AND goods_id = 2`],
    seen: ['held-orders', 'hold-goods'],
  },
  {
    what: 'a line that nothing was reserved for',
    by: [`INSERT INTO order_lines VALUES (${seqOf('reserved')}, 3, 1, 0, 0)`],
    seen: ['hold-missing', 'stock-missing'],
  },
  {
    what: 'a hold reserved twice',
    by: [
      'ALTER TABLE movements DROP KEY movements_once',
      `INSERT INTO movements SELECT goods_id, 100, kind, quantity, order_seq, hold, leg, fence, at,
       0 FROM movements WHERE ${movement('reserved', 'reserve')} AND goods_id = 2`,
    ],
    seen: ['hold-opens', 'ledger-balance', 'ledger-balance', 'ledger-versions', 'stock-version'],
  },
  {
    what: 'a hold that was both settled and released',
    by: [
      'ALTER TABLE movements DROP KEY movements_once',
      `INSERT INTO movements SELECT goods_id, 100, 'release', quantity, order_seq, hold, leg,
       fence, at, 0 FROM movements WHERE ${movement('paid', 'settle')}`,
    ],
    seen: [
      'hold-closes',
      'hold-end',
      'ledger-balance',
      'ledger-balance',
      'ledger-versions',
      'stock-version',
    ],
  },
  {
    what: 'a hold of a number that the order has not had',
    by: [`UPDATE movements SET hold = 2 WHERE order_seq = ${seqOf('paid')}`],
    seen: ['hold-number'],
  },
  {
    what: 'an expired order whose goods never came back',
    by: [`UPDATE movements SET kind = 'settle' WHERE ${movement('expired', 'release')}`],
    seen: ['hold-end', 'ledger-balance', 'ledger-balance'],
  },
  {
    what: 'units that came back of an order that was not paid',
    by: [
      `INSERT INTO movements SELECT goods_id, 100, 'return', 1, order_seq, hold, 'returns', fence,
       at, 0 FROM movements WHERE ${movement('expired', 'release')}`,
    ],
    seen: [
      'hold-returns',
      'ledger-balance',
      'ledger-balance',
      'ledger-versions',
      'sold-orders',
      'stock-version',
    ],
  },
  {
    what: 'a state that neither history nor ledger knows of',
    by: ["UPDATE orders SET state = 'cancelled', due_at = NULL WHERE order_id = 'reserved'"],
    seen: ['held-orders', 'held-orders', 'hold-end', 'hold-end', 'last-step'],
  },
  {
    what: 'an order that was never reserved and says so',
    by: ["UPDATE orders SET holds = 0 WHERE order_id = 'expired'"],
    seen: ['hold-number', 'order-holds'],
  },
  {
    what: 'movements of an order that does not exist',
    by: ["DELETE FROM orders WHERE order_id = 'expired'"],
    seen: ['unknown-order', 'unknown-order', 'unknown-order'],
  },
  {
    what: 'a paid order without a payment',
    by: ["DELETE FROM payments WHERE payment_id = 'pay-1'"],
    seen: ['applied-payments'],
  },
  {
    what: 'a second applied payment',
    by: ["UPDATE payments SET state = 'applied', reason = NULL WHERE payment_id = 'pay-twice'"],
    seen: ['applied-payments'],
  },
  {
    what: 'an applied payment of an order that is not paid',
    by: [`UPDATE payments SET order_seq = ${seqOf('expired')} WHERE payment_id = 'pay-1'`],
    seen: ['applied-payments', 'applied-payments'],
  },
  {
    what: 'an applied payment of an order that was sold without one',
    by: [`UPDATE payments SET order_seq = ${seqOf('sold')} WHERE payment_id = 'pay-1'`],
    seen: ['applied-payments', 'applied-payments'],
  },
  {
    what: 'a sale that history does not know of',
    by: [
      `UPDATE order_steps SET event = 'payment'
       WHERE order_seq = ${seqOf('sold')} AND event = 'sell'`,
    ],
    seen: ['applied-payments'],
  },
  {
    what: 'an applied payment of an order whose goods came back',
    by: ["UPDATE payments SET state = 'applied', reason = NULL WHERE payment_id = 'pay-back'"],
    seen: ['applied-payments'],
  },
  {
    what: 'goods that came back of an order that is still paid',
    by: [
      `INSERT INTO movements SELECT goods_id, 100, 'return', 2, order_seq, hold, 'returns', fence,
       at, 0 FROM movements WHERE ${movement('sold', 'settle')}`,
    ],
    seen: [
      'hold-returns',
      'ledger-balance',
      'ledger-balance',
      'ledger-versions',
      'sold-orders',
      'stock-version',
    ],
  },
  {
    what: 'a count of early payments that is wrong',
    by: ["UPDATE orders SET early_payments = 2 WHERE order_id = 'stub'"],
    seen: ['early-count'],
  },
  {
    what: 'a payment that waits for goods that are held already',
    by: [
      "UPDATE payments SET state = 'early', reason = NULL WHERE payment_id = 'pay-twice'",
      "UPDATE orders SET early_payments = 1 WHERE order_id = 'paid'",
    ],
    seen: ['early-state'],
  },
  {
    what: 'a step that is missing',
    by: [`DELETE FROM order_steps WHERE order_seq = ${seqOf('paid')} AND step = 1`],
    seen: ['steps-follow', 'steps-numbered'],
  },
  {
    what: 'a step that begins where none has ended',
    by: [
      `UPDATE order_steps SET from_state = 'expired'
       WHERE order_seq = ${seqOf('paid')} AND step = 2`,
    ],
    seen: ['steps-follow'],
  },
  {
    what: 'a last step to another state',
    by: [
      `UPDATE order_steps SET to_state = 'expired' WHERE order_seq = ${seqOf('paid')}
       AND step = ${copied(`SELECT version FROM orders WHERE order_id = 'paid'`)}`,
    ],
    seen: ['last-step'],
  },
  {
    what: 'a reserved order that nobody will look at',
    by: ["UPDATE orders SET due_at = NULL WHERE order_id = 'reserved'"],
    seen: ['due-time'],
  },
  {
    what: 'a reserved order without an end',
    by: ["UPDATE orders SET expires_at = NULL WHERE order_id = 'reserved'"],
    seen: ['expiry-time'],
  },
  {
    what: 'a final order that is still due',
    by: ["UPDATE orders SET due_at = UTC_TIMESTAMP(6) WHERE order_id = 'paid'"],
    seen: ['due-time'],
  },
  {
    what: 'an order without lines',
    by: [`DELETE FROM order_lines WHERE order_seq = ${seqOf('placed')}`],
    seen: ['order-lines'],
  },
  {
    what: 'a restock that nobody asked for',
    by: ['DELETE FROM adjustments WHERE goods_id = 2'],
    seen: ['adjustments'],
  },
  {
    what: 'an adjustment of another quantity than its restock',
    by: ['UPDATE adjustments SET delta = delta + 1 WHERE goods_id = 2'],
    seen: ['adjustments'],
  },
  {
    what: 'an adjustment that moved nothing',
    by: [`INSERT INTO adjustments VALUES ('by-hand', 2, 5, 'test', 999, UTC_TIMESTAMP(6))`],
    seen: ['adjustments'],
  },
];

describe('the audit', () => {
  let fixture: SagaFixture;
  const look = async (): Promise<AuditReport> => await audit(fixture.database);

  async function playStory(): Promise<void> {
    const line = (goodsId: number, quantity: number) => ({ goodsId, quantity });
    await fixture.restock(1, 20);
    await fixture.restock(2, 10);
    const both = [line(1, 2), line(2, 1)];
    for (const id of ['reserved', 'expired', 'cancelled']) {
      await fixture.place(id, id === 'expired' ? [line(1, 1)] : both);
      await fixture.reserve(id);
    }
    await fixture.place('paid', [line(1, 3)]);
    await fixture.reserve('paid');
    await fixture.pay({ orderId: 'paid', paymentId: 'pay-1' });
    await fixture.pay({ orderId: 'paid', paymentId: 'pay-twice' });
    await fixture.pay({ orderId: 'stub', paymentId: 'pay-early' });
    await fixture.place('sold-out', [line(1, 1000)]);
    await fixture.reserve('sold-out');
    await fixture.place('placed', [line(1, 1)]);
    await fixture.cancel('cancelled');
    await fixture.letTimePass('expired');
    await fixture.due('expired');
    await fixture.place('late', [line(1, 1)]);
    await fixture.reserve('late');
    await fixture.letTimePass('late');
    await fixture.due('late');
    await fixture.pay({ orderId: 'late', paymentId: 'pay-late' });
    await fixture.sell('sold', [line(2, 1)]);
    await fixture.sell('returned', [line(2, 1)]);
    await fixture.giveBack('returned');
    await fixture.place('paid-back', [line(2, 1)]);
    await fixture.reserve('paid-back');
    await fixture.pay({ orderId: 'paid-back', paymentId: 'pay-back' });
    await fixture.giveBack('paid-back');
    await fixture.restock(1, -4);
  }

  beforeEach(async () => {
    fixture = await sagaFixture();
    await playStory();
  });
  afterEach(async () => await fixture.drop());

  it('finds nothing after orders that went every way, and counts what it saw', async () => {
    const report = await look();
    expect(report.differences).to.deep.equal([]);
    expect(report).to.include({ balanced: true, goods: 2, orders: 11, movements: 25, cut: false });
    expect(report.units).to.deep.equal({ available: 18, held: 3, sold: 5, received: 26 });
    expect(report.checkedAt).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  it('finds nothing at any moment of a sale', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => `sale-${index}`);
    let selling = true;
    const sale = Promise.all(
      ids.map(async (id, index) => {
        await fixture.place(id, [{ goodsId: 1 + (index % 2), quantity: 1 }]);
        await fixture.reserve(id);
        if (index % 3 === 0) await fixture.pay({ orderId: id, paymentId: `pay-${id}` });
        if (index % 3 === 1) await fixture.cancel(id);
      }),
    ).finally(() => {
      selling = false;
    });
    let looks = 0;
    for (; selling; looks += 1) {
      const { differences } = await audit(fixture.database, { ordersAtOnce: 50 });
      expect(differences).to.deep.equal([]);
    }
    await sale;
    expect(looks).to.be.greaterThan(1);
  });

  it('finds the same however small its parts are', async () => {
    await fixture.database.write('UPDATE stock SET version = version + 1');
    const parts = { ordersAtOnce: 1, movementsAtOnce: 1 };
    const whole = await look();
    const small = await audit(fixture.database, parts);
    expect(whole.differences).to.have.length(2);
    expect({ ...small, checkedAt: '' }).to.deep.equal({ ...whole, checkedAt: '' });
  });

  it('lists no more than it is asked for, and says that there are more', async () => {
    await fixture.database.write("UPDATE orders SET version = version + 1 WHERE state <> 'paid'");
    const all = await look();
    const most = all.differences.length;
    expect(all.cut).to.equal(false);
    const some = await audit(fixture.database, { differencesMax: most - 1 });
    expect(some).to.include({ balanced: false, cut: true });
    expect(some.differences).to.have.length(most - 1);
    const enough = await audit(fixture.database, { differencesMax: most });
    expect(enough).to.include({ balanced: false, cut: false });
  });

  it('has each of its checks explained, and spoiled below', () => {
    const page = readFileSync('docs/reference/audit.md', 'utf8');
    const explained = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(({ 1: check = '' }) => check);
    const spoiled = new Set(SPOILINGS.flatMap(({ seen }) => seen));
    expect(spoiled).to.have.all.keys(...explained);
  });

  for (const { what, by, seen } of SPOILINGS) {
    it(`sees ${what}`, async () => {
      for (const statement of by) await fixture.database.write(statement);
      const { differences, balanced } = await look();
      expect(differences.map(({ check }) => check).toSorted()).to.deep.equal(seen);
      expect(balanced).to.equal(false);
      for (const { text } of differences) expect(text).to.match(/(goods \d|order )/);
    });
  }
});
