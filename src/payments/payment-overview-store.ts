import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import type { Sql } from '../mysql/index.ts';
import type { PaymentState, RefundReason } from './payment.ts';

/** Money that has to go back, and why. */
export interface DueRefund {
  readonly paymentId: string;
  readonly orderId: string;
  readonly state: PaymentState;
  readonly reason: RefundReason | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly at: string;
}

const COLUMNS = `p.payment_id AS paymentId, o.order_id AS orderId, p.state, p.reason, p.amount,
  p.currency, p.at`;
/** Beyond so many they are a pile, and which of them is the oldest no longer matters. */
const LOOKED_AT = 5000;

/** The oldest first. */
export async function dueRefunds(sql: Sql, limit: number): Promise<readonly DueRefund[]> {
  const rows = await sql.rows<DueRefund & { at: DatabaseTime }>(
    `SELECT ${COLUMNS}
     FROM (SELECT * FROM payments FORCE INDEX (payments_by_state)
       WHERE state = 'refund-due' LIMIT ?) p
     JOIN orders o ON o.seq = p.order_seq ORDER BY p.at, p.payment_id LIMIT ?`,
    [LOOKED_AT, limit],
  );
  return rows.map((row) => ({ ...row, at: isoOf(row.at) }));
}

/** Which order a payment belongs to; null for one that nobody has told of. */
export async function orderOfPayment(sql: Sql, paymentId: string): Promise<string | null> {
  const [row] = await sql.rows<{ orderId: string }>(
    `SELECT o.order_id AS orderId FROM payments p JOIN orders o ON o.seq = p.order_seq
     WHERE p.payment_id = ?`,
    [paymentId],
  );
  return row?.orderId ?? null;
}
