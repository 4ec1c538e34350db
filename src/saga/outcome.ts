import type { DatabaseTime } from '../kernel/index.ts';
import type { OrderState, ShortLine } from '../orders/index.ts';
import type { Payment } from '../payments/index.ts';
import type { Balance } from '../stock/index.ts';

/**
 * What became of an event. `unchanged` is not a failure: the same question gets the same answer.
 * `refused` carries a stable code and leaves everything as it was.
 */
export type Outcome = OrderOutcome | StockOutcome;

interface Answer {
  readonly change: 'changed' | 'unchanged' | 'refused';
  readonly code?: string;
  readonly message?: string;
}

export interface OrderOutcome extends Answer {
  readonly orderId: string;
  readonly state: OrderState | 'unknown';
  readonly reason?: string;
  readonly short?: readonly ShortLine[];
  readonly expiresAt?: DatabaseTime;
  /** What became of the payment that the event told of. */
  readonly payment?: PaymentOutcome;
}

export type PaymentOutcome = Pick<Payment, 'paymentId' | 'state' | 'reason'>;

export interface StockOutcome extends Answer {
  readonly goodsId: number;
  readonly balance: Balance;
  /** It was done before, under the same idempotency key. */
  readonly repeated?: true;
}
