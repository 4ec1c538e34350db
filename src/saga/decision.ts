import type { DatabaseTime } from '../kernel/index.ts';
import type { BuyerHold, Order, OrderState, PartRequest, Step } from '../orders/index.ts';
import type { Payment } from '../payments/index.ts';
import type { Adjustment, Balance, KeepingChange, Move } from '../stock/index.ts';
import type { OrderOutcome, Outcome } from './outcome.ts';

/** What the shop has chosen where there is a choice. */
export interface Rules {
  /** What a payment does that comes after the hold was returned. */
  readonly latePayment: 'reserve-again' | 'refund' | 'manual';
  /** How long an unpaid order keeps its goods when it does not say. */
  readonly holdSeconds: number;
  /** How long goods are kept after the expiry that others are told. Default: not at all. */
  readonly graceSeconds?: number;
  /** Open holds that one buyer may have. Default: any number. */
  readonly maxHoldsPerBuyer?: number;
  /** Units of one goods id that one buyer may have on hold. Default: any number. */
  readonly maxUnitsPerBuyer?: number;
  /** Whether somebody is there to be told what happens. Default: nobody. */
  readonly writesNotices?: boolean;
}

/** What `decide` may look at. */
export interface View {
  readonly order: Order | undefined;
  /** The order that the event's order is to replace, with its own early payments. */
  readonly replaced?: Pick<View, 'order' | 'early'>;
  /** Payments that wait for this order's goods, in order of arrival. */
  readonly early: readonly Payment[];
  /** What this order was paid with; looked up when its goods are to come back. */
  readonly applied: readonly Payment[];
  /** The payment already known under the event's payment id. */
  readonly payment: Payment | undefined;
  /** What was asked for before under the event's request id. */
  readonly asked: PartRequest | undefined;
  /** A payment was announced for this order before; looked up when one is. */
  readonly announced: boolean;
  /** The adjustment already known under the event's idempotency key. */
  readonly adjustment: Adjustment | undefined;
  readonly rules: Rules;
  /** The database's clock. */
  readonly now: DatabaseTime;
  balanceOf(goodsId: number): Balance | undefined;
  /** What a buyer holds; looked up only where there are limits. */
  holdsOf(buyerId: string): readonly BuyerHold[];
}

/** Everything that follows from one event; carried out whole or not at all. */
export interface Decision {
  readonly outcome: Outcome;
  /** What follows for another order, carried out before. */
  readonly first?: Decision;
  /** The order as it is afterwards. */
  readonly order?: Order;
  readonly steps?: readonly Step[];
  readonly moves?: readonly Move[];
  /** Payments as they are afterwards, new ones among them. */
  readonly payments?: readonly Payment[];
  /** To be remembered under its id. */
  readonly asked?: PartRequest;
  /** A set that found nothing to change, to be remembered under its key. */
  readonly unmoved?: Adjustment;
  /** How stock is kept from now on. */
  readonly kept?: KeepingChange;
}

export function outcomeOf(order: Order): OrderOutcome {
  return {
    orderId: order.orderId,
    state: order.state,
    change: 'changed',
    ...(order.reason === null ? {} : { reason: order.reason }),
    ...(order.short === null ? {} : { short: order.short }),
    ...(order.state === 'reserved' && order.expiresAt ? { expiresAt: order.expiresAt } : {}),
  };
}

/** The same question once more, or nothing to do: the state as it is. */
export function unchanged(order: Order | undefined, orderId: string): Decision {
  return {
    outcome: order
      ? { ...outcomeOf(order), change: 'unchanged' }
      : { orderId, state: 'unknown', change: 'unchanged' },
  };
}

export function refused(code: string, message: string, order: Order): Decision {
  return {
    outcome: { orderId: order.orderId, state: order.state, change: 'refused', code, message },
  };
}

/**
 * The order after one more step, which counts in its version. What it waits for next has its own
 * time, so that it was due before says nothing any more: a second alarm in the same batch must not
 * end a hold that has only just begun.
 */
export function stepped(
  order: Order,
  event: string,
  changes: Partial<Order> & { readonly state?: OrderState },
  detail?: Step['detail'],
): { order: Order; step: Step } {
  const isDue = changes.due === undefined && order.isDue;
  const next: Order = { ...order, isDue, ...changes, version: order.version + 1 };
  const from = order.version === 0 ? null : order.state;
  return { order: next, step: { event, from, to: next.state, ...(detail ? { detail } : {}) } };
}

/** Two decisions about one order, the second over what the first left, are one decision. */
export function followed(first: Decision, second: Decision): Decision {
  const both = <T>(of: (decision: Decision) => readonly T[] | undefined): readonly T[] => [
    ...(of(first) ?? []),
    ...(of(second) ?? []),
  ];
  return {
    ...second,
    steps: both(({ steps }) => steps),
    moves: both(({ moves }) => moves),
    payments: both(({ payments }) => payments),
  };
}
