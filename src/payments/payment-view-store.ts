import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import { readJson, type Sql } from '../mysql/index.ts';
import type { PaidLine, PaymentState, RefundReason } from './payment.ts';

/** A payment as others see it. */
export interface PaymentView {
  readonly paymentId: string;
  readonly state: PaymentState;
  readonly reason?: RefundReason;
  readonly amount?: number;
  readonly currency?: string;
  readonly paidAt?: string;
  /** The units that it pays for; left out, all of its order. */
  readonly lines?: readonly PaidLine[];
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
  readonly lines: unknown;
  readonly at: DatabaseTime;
}

const COLUMNS = `p.payment_id AS paymentId, p.state, p.reason, p.amount, p.currency,
  p.paid_at AS paidAt, p.\`lines\`, p.at`;

export async function paymentViews(sql: Sql, orderSeq: number): Promise<readonly PaymentView[]> {
  const rows = await sql.rows<ViewRow>(
    `SELECT ${COLUMNS} FROM payments p WHERE p.order_seq = ? ORDER BY p.at, p.payment_id`,
    [orderSeq],
  );
  return rows.map(viewOf);
}

function viewOf(row: ViewRow): PaymentView {
  const { paymentId, state, reason, amount, currency, paidAt, at } = row;
  const lines = readJson<readonly PaidLine[]>(row.lines);
  return {
    paymentId,
    state,
    ...(reason === null ? {} : { reason }),
    ...(amount === null ? {} : { amount }),
    ...(currency === null ? {} : { currency }),
    ...(paidAt === null ? {} : { paidAt: isoOf(paidAt) }),
    ...(lines ? { lines } : {}),
    at: isoOf(at),
  };
}

/** A payment beside the order that it is for. */
export interface ListedPayment extends PaymentView {
  readonly orderId: string;
}

export interface PaymentPage {
  readonly payments: readonly ListedPayment[];
  /** The payment after which the next page begins; null after the last. */
  readonly next: string | null;
}

type ListedRow = ViewRow & { readonly orderId: string };

/** A page in order of payment id, which the index of the states has as well. */
export async function listPayments(
  sql: Sql,
  {
    state,
    after = '',
    limit,
  }: { readonly state?: PaymentState; readonly after?: string; readonly limit: number },
): Promise<PaymentPage> {
  const filter = state === undefined ? '' : 'AND p.state = ?';
  const rows = await sql.rows<ListedRow>(
    `SELECT ${COLUMNS}, o.order_id AS orderId FROM payments p JOIN orders o ON o.seq = p.order_seq
     WHERE p.payment_id > ? ${filter} ORDER BY p.payment_id LIMIT ?`,
    [after, ...(state === undefined ? [] : [state]), limit],
  );
  return {
    payments: rows.map(listedOf),
    next: rows.length < limit ? null : (rows.at(-1)?.paymentId ?? null),
  };
}

/** Null for a payment that nobody has told of. */
export async function readPaymentView(sql: Sql, paymentId: string): Promise<ListedPayment | null> {
  const [row] = await sql.rows<ListedRow>(
    `SELECT ${COLUMNS}, o.order_id AS orderId FROM payments p JOIN orders o ON o.seq = p.order_seq
     WHERE p.payment_id = ?`,
    [paymentId],
  );
  return row ? listedOf(row) : null;
}

function listedOf(row: ListedRow): ListedPayment {
  const { paymentId, ...rest } = viewOf(row);
  return { paymentId, orderId: row.orderId, ...rest };
}
