import { type DatabaseTime, databaseTimeOf, millisOf } from '../kernel/index.ts';
import { readJson, type Sql, sameRows } from '../mysql/index.ts';
import type { PaidLine, Payment, PaymentState, RefundReason } from './payment.ts';

interface PaymentRow {
  readonly payment_id: string;
  readonly order_id: string;
  readonly state: PaymentState;
  readonly reason: RefundReason | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly paid_at: string | null;
  readonly lines: unknown;
}

const READ = `SELECT p.payment_id, o.order_id, p.state, p.reason, p.amount, p.currency, p.paid_at,
    p.\`lines\`
  FROM payments p JOIN orders o ON o.seq = p.order_seq`;

export async function readPayments(
  sql: Sql,
  paymentIds: readonly string[],
): Promise<readonly Payment[]> {
  return (await sql.rows<PaymentRow>(`${READ} WHERE p.payment_id IN (?)`, [paymentIds])).map(
    paymentFrom,
  );
}

/** Payments that wait for their order's goods, in order of arrival. */
export async function readEarlyPayments(
  sql: Sql,
  orderSeqs: readonly number[],
): Promise<readonly Payment[]> {
  return await readPaymentsIn(sql, 'early', orderSeqs);
}

/** What these orders were paid with. */
export async function readAppliedPayments(
  sql: Sql,
  orderSeqs: readonly number[],
): Promise<readonly Payment[]> {
  return await readPaymentsIn(sql, 'applied', orderSeqs);
}

async function readPaymentsIn(
  sql: Sql,
  state: PaymentState,
  orderSeqs: readonly number[],
): Promise<readonly Payment[]> {
  const rows = await sql.rows<PaymentRow>(
    `${READ} WHERE p.order_seq IN (?) AND p.state = ? ORDER BY p.at, p.payment_id`,
    [orderSeqs, state],
  );
  return rows.map(paymentFrom);
}

function paymentFrom(row: PaymentRow): Payment {
  const lines = readJson<readonly PaidLine[]>(row.lines);
  return {
    paymentId: row.payment_id,
    orderId: row.order_id,
    state: row.state,
    reason: row.reason,
    amount: row.amount,
    currency: row.currency,
    paidAtMs: row.paid_at === null ? null : millisOf(row.paid_at),
    ...(lines ? { lines } : {}),
  };
}

export async function insertPayments(
  sql: Sql,
  payments: readonly (Payment & { readonly orderSeq: number })[],
  now: DatabaseTime,
): Promise<void> {
  if (payments.length === 0) return;
  await sql.write(
    `INSERT INTO payments (payment_id, order_seq, state, reason, amount, currency, paid_at, at,
       \`lines\`) VALUES ?`,
    [
      payments
        .toSorted((one, other) => (one.paymentId < other.paymentId ? -1 : 1))
        .map((payment) => [
          payment.paymentId,
          payment.orderSeq,
          payment.state,
          payment.reason,
          payment.amount,
          payment.currency,
          payment.paidAtMs === null ? null : databaseTimeOf(payment.paidAtMs),
          now,
          payment.lines ? JSON.stringify(payment.lines) : null,
        ]),
    ],
  );
}

/** What became of payments that had waited, or that go back; few, so one statement each. */
export async function movePayments(
  sql: Sql,
  moves: readonly { readonly from: PaymentState; readonly after: Payment }[],
): Promise<void> {
  for (const { from, after } of moves) {
    const matched = await sql.write(
      'UPDATE payments SET state = ?, reason = ? WHERE payment_id = ? AND state = ?',
      [after.state, after.reason, after.paymentId, from],
    );
    sameRows(matched, 1, `payment that was ${from}`);
  }
}
