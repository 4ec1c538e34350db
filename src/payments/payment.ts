/**
 * - early: came before the goods were reserved, and waits
 * - applied: paid for the order
 * - refund-due: the money must go back; `reason` says why
 * - refunded: it went back
 */
export type PaymentState = 'early' | 'applied' | 'refund-due' | 'refunded';

export const PAYMENT_STATES: readonly PaymentState[] = [
  'early',
  'applied',
  'refund-due',
  'refunded',
];

export type RefundReason =
  | 'already-paid'
  | 'amount-mismatch'
  | 'cancelled'
  | 'late'
  | 'late-manual'
  | 'lines-mismatch'
  | 'never-placed'
  | 'rejected'
  | 'returned'
  | 'sold-out'
  | 'unknown-goods';

/** Units of an order that a payment pays for. */
export interface PaidLine {
  readonly goodsId: number;
  readonly quantity: number;
}

/** What a payment provider tells us. */
export interface PaymentNotice {
  readonly paymentId: string;
  readonly orderId: string;
  readonly amount?: number;
  readonly currency?: string;
  /** Milliseconds since 1970; kept as information, never decides anything. */
  readonly paidAtMs?: number;
  /** It pays for these units and no others; left out, for all. */
  readonly lines?: readonly PaidLine[];
}

export interface Payment {
  readonly paymentId: string;
  readonly orderId: string;
  readonly state: PaymentState;
  readonly reason: RefundReason | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly paidAtMs: number | null;
  readonly lines?: readonly PaidLine[];
}

interface Price {
  readonly amount: number | null;
  readonly currency: string | null;
}

export function paymentOf(notice: PaymentNotice, state: PaymentState): Payment {
  return {
    paymentId: notice.paymentId,
    orderId: notice.orderId,
    state,
    reason: null,
    amount: notice.amount ?? null,
    currency: notice.currency ?? null,
    paidAtMs: notice.paidAtMs ?? null,
    ...(notice.lines === undefined ? {} : { lines: sorted(notice.lines) }),
  };
}

/** The same payment told of again, or another one that took its id? */
export function samePayment(known: Payment, notice: PaymentNotice): boolean {
  return (
    known.orderId === notice.orderId &&
    known.amount === (notice.amount ?? null) &&
    known.currency === (notice.currency ?? null) &&
    JSON.stringify(sorted(known.lines)) === JSON.stringify(sorted(notice.lines))
  );
}

/** In one order, and each goods id once. */
function sorted(lines: readonly PaidLine[] = []): readonly PaidLine[] {
  const units = new Map<number, number>();
  for (const { goodsId, quantity } of lines) {
    units.set(goodsId, (units.get(goodsId) ?? 0) + quantity);
  }
  const goods = [...units].toSorted(([one], [other]) => one - other);
  return goods.map(([goodsId, quantity]) => ({ goodsId, quantity }));
}

/** Only what both sides name can differ; what a part of an order costs is the shop's to say. */
export function pays(payment: Price & Pick<Payment, 'lines'>, order: Price): boolean {
  const differs = <T>(one: T | null, other: T | null) =>
    one !== null && other !== null && one !== other;
  const isAmountRight = payment.lines !== undefined || !differs(payment.amount, order.amount);
  return isAmountRight && !differs(payment.currency, order.currency);
}

export function refundDue(payment: Payment, reason: RefundReason): Payment {
  return { ...payment, state: 'refund-due', reason };
}
