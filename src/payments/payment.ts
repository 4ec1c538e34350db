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
  | 'never-placed'
  | 'rejected'
  | 'returned'
  | 'sold-out'
  | 'unknown-goods';

/** What a payment provider tells us. */
export interface PaymentNotice {
  readonly paymentId: string;
  readonly orderId: string;
  readonly amount?: number;
  readonly currency?: string;
  /** Milliseconds since 1970; kept as information, never decides anything. */
  readonly paidAtMs?: number;
}

export interface Payment {
  readonly paymentId: string;
  readonly orderId: string;
  readonly state: PaymentState;
  readonly reason: RefundReason | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly paidAtMs: number | null;
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
  };
}

/** The same payment told of again, or another one that took its id? */
export function samePayment(known: Payment, notice: PaymentNotice): boolean {
  return (
    known.orderId === notice.orderId &&
    known.amount === (notice.amount ?? null) &&
    known.currency === (notice.currency ?? null)
  );
}

/** Only what both sides name can differ. */
export function pays(payment: Price, order: Price): boolean {
  const differs = <T>(one: T | null, other: T | null) =>
    one !== null && other !== null && one !== other;
  return !differs(payment.amount, order.amount) && !differs(payment.currency, order.currency);
}

export function refundDue(payment: Payment, reason: RefundReason): Payment {
  return { ...payment, state: 'refund-due', reason };
}
