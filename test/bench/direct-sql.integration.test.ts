import { expect } from 'chai';
import type { Connection } from 'mysql2/promise';
import {
  connectDirectly,
  lastVersion,
  payDirectly,
  reserveDirectly,
} from '../../bench/direct-sql-store.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

/** What of each table must be alike, whoever wrote it; times and ids cannot be. */
const ALIKE = {
  orders: `SELECT state, version, holds, hold_seconds, due_at IS NULL AS never, reason, short,
    TIMESTAMPDIFF(SECOND, placed_at, expires_at) AS held_for, cancel_asked, early_payments,
    attempts, buyer_id, amount, currency, metadata FROM orders ORDER BY seq`,
  lines: 'SELECT quantity FROM order_lines WHERE goods_id = ? ORDER BY order_seq',
  steps: `SELECT step, event, from_state, to_state, cause, attempt,
    LENGTH(detail) > 0 AS has_detail FROM order_steps
    ORDER BY order_seq, step`,
  movements: `SELECT version, kind, quantity, hold, leg
    FROM movements WHERE goods_id = ? AND kind <> 'restock' ORDER BY version`,
  payments: 'SELECT state, reason, amount, currency, paid_at FROM payments ORDER BY order_seq',
  stock: 'SELECT available, held, sold, received, version FROM stock WHERE goods_id = ?',
};
const GOODS = 1;
const via = { cause: 'queue', attempt: 1 } as const;

describe('the floor that the database sets', () => {
  let bySaga: SagaFixture;
  let byHand: SagaFixture;
  let sql: Connection;

  before(async () => {
    bySaga = await sagaFixture();
    byHand = await sagaFixture();
    sql = await connectDirectly(byHand.url);
    for (const fixture of [bySaga, byHand]) await fixture.restock(GOODS, 5);
  });
  after(async () => {
    await sql.end();
    await bySaga.drop();
    await byHand.drop();
  });

  const written = async ({ database }: SagaFixture) => {
    const found: Record<string, readonly unknown[]> = {};
    for (const [table, text] of Object.entries(ALIKE)) {
      found[table] = await database.rows(text, text.includes('?') ? [GOODS] : []);
    }
    return found;
  };

  it('is that of the very rows that the saga writes', async () => {
    for (const orderId of ['a', 'b']) {
      const order = { orderId, lines: [{ goodsId: GOODS, quantity: 1 }] };
      await bySaga.saga.advance({ kind: 'placed', order, reserveWithinMs: 1000, via });
    }
    for (const orderId of ['a', 'b']) {
      const payment = { orderId, paymentId: `p-${orderId}` };
      await bySaga.saga.advance({ kind: 'payment', payment, via });
    }
    const batch = { run: 'x', goodsId: GOODS, firstSeq: 1, orders: 2, holdSeconds: 900 };
    const last = await lastVersion(sql, GOODS);
    await reserveDirectly(sql, batch, last + 1);
    await payDirectly(sql, batch, last + 3);

    const found = await written(byHand);
    expect(found['orders']).to.have.length(2);
    expect(found['payments']).to.have.length(2);
    expect(found).to.deep.equal(await written(bySaga));
  });
});
