import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import type { Sql } from '../mysql/index.ts';
import type { PaymentState, RefundReason } from './payment.ts';

/** A payment as others see it. */
export interface PaymentView {
  readonly paymentId: string;
  readonly state: PaymentState;
  readonly reason?: RefundReason;
  readonly amount?: number;
  readonly currency?: string;
  readonly paidAt?: string;
  /** When we were told of it. */
  readonly at: string;
}

interface ViewRow {
  readonly paymentId: string;
  readonly state: PaymentState;
  readonly reason: RefundReason | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly paidAt: DatabaseTime | null;
  readonly at: DatabaseTime;
}

export async function paymentViews(sql: Sql, orderSeq: number): Promise<readonly PaymentView[]> {
  const rows = await sql.rows<ViewRow>(
    `SELECT payment_id AS paymentId, state, reason, amount, currency, paid_at AS paidAt, at
     FROM payments WHERE order_seq = ? ORDER BY at, payment_id`,
    [orderSeq],
  );
  return rows.map(({ paymentId, state, reason, amount, currency, paidAt, at }) => ({
    paymentId,
    state,
    ...(reason === null ? {} : { reason }),
    ...(amount === null ? {} : { amount }),
    ...(currency === null ? {} : { currency }),
    ...(paidAt === null ? {} : { paidAt: isoOf(paidAt) }),
    at: isoOf(at),
  }));
}
