import type { Order, OrderState } from '../../src/orders/index.ts';
import type { Payment } from '../../src/payments/index.ts';
import { type Balance, emptyBalance } from '../../src/stock/index.ts';
import type { Decision, View } from '../../src/saga/decision.ts';

export const NOW = '2026-11-20 12:00:00.250000';

/** An order of 2 units of goods 1 and 1 unit of goods 2, somewhere on its way. */
export function orderIn(state: OrderState, more: Partial<Order> = {}): Order {
  const wasHeld = ['reserved', 'paid', 'expired', 'returned'].includes(state);
  return {
    orderId: 'o',
    state,
    lines:
      state === 'awaited'
        ? []
        : [
            { goodsId: 1, quantity: 2 },
            { goodsId: 2, quantity: 1 },
          ],
    holds: wasHeld ? 1 : 0,
    holdSeconds: 900,
    buyerId: null,
    amount: null,
    currency: null,
    metadata: null,
    reason: state === 'rejected' ? 'sold-out' : null,
    short: state === 'rejected' ? [{ goodsId: 1, requested: 2, available: 0 }] : null,
    cancelAsked: false,
    earlyPayments: 0,
    version: 3,
    placedAt: state === 'awaited' ? null : '2026-11-20 11:44:00.000000',
    expiresAt: wasHeld ? '2026-11-20 11:59:00.000000' : null,
    isDue: false,
    due: 'kept',
    ...more,
  };
}

export function balanceOf(goodsId: number, available: number, held = 0, sold = 0): Balance {
  const received = available + held + sold;
  return { ...emptyBalance(goodsId), available, held, sold, received, version: 7 };
}

export function earlyPayment(paymentId: string, more: Partial<Payment> = {}): Payment {
  return {
    paymentId,
    orderId: 'o',
    state: 'early',
    reason: null,
    amount: null,
    currency: null,
    paidAtMs: null,
    ...more,
  };
}

export interface ViewParts extends Partial<Omit<View, 'balanceOf'>> {
  readonly balances?: readonly Balance[];
}

/** Enough of both goods, unless it is said otherwise. */
export function viewWith({ balances, ...more }: ViewParts = {}): View {
  const known = balances ?? [balanceOf(1, 10, 5), balanceOf(2, 10, 5)];
  return {
    order: undefined,
    early: [],
    applied: [],
    payment: undefined,
    adjustment: undefined,
    asked: undefined,
    announced: false,
    rules: { latePayment: 'reserve-again', holdSeconds: 900 },
    now: NOW,
    holdsOf: () => [],
    balanceOf: (goodsId) => known.find((balance) => balance.goodsId === goodsId),
    ...more,
  };
}

/** A decision in a line: `changed paid; settle; applied`. */
export function inBrief({ outcome, moves = [], payments = [] }: Decision): string {
  const state = 'state' in outcome ? outcome.state : outcome.balance.available;
  const head = [outcome.change, state, outcome.code].filter((part) => part !== undefined);
  const kinds = [...new Set(moves.map(({ kind }) => kind))];
  const money = payments.map((one) => [one.state, one.reason].filter(Boolean).join(' '));
  return [head.join(' '), ...kinds, ...money].join('; ');
}
