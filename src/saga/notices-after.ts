import { isoOf } from '../kernel/index.ts';
import {
  aboutGoods,
  aboutOrder,
  type Notice,
  type NoticeFacts,
  type NoticeKind,
} from '../notices/index.ts';
import type { Order, OrderState } from '../orders/index.ts';
import type { Payment } from '../payments/index.ts';
import { type Balance, forSaleOf, sideOf } from '../stock/index.ts';
import type { DecidedStep, World } from './world.ts';

/** The states that others are told of; to be placed, or only awaited, is nobody's news. */
const KINDS: Readonly<Partial<Record<OrderState, NoticeKind>>> = {
  reserved: 'order.reserved',
  rejected: 'order.rejected',
  paid: 'order.paid',
  expired: 'order.expired',
  cancelled: 'order.cancelled',
  returned: 'order.returned',
};

/**
 * What a batch gives to tell, in the order in which it came true for each order and goods id. An
 * order that took several steps at once is told of once for each state that it has come to.
 */
export function noticesAfter(world: World): readonly Notice[] {
  const payments = world.changedPayments();
  return [
    ...world.steps.flatMap((step) => noticeOfStep(step, world, payments)),
    ...payments.filter(({ state }) => state === 'refund-due').map(noticeOfRefund),
    ...world.changedBalances().flatMap(({ before, after }): Notice[] => {
      const side = sideOf(after);
      return side === sideOf(before) ? [] : [noticeOfSide(side, after)];
    }),
  ];
}

function noticeOfStep(
  step: DecidedStep,
  world: World,
  payments: readonly Payment[],
): readonly Notice[] {
  const kind = KINDS[step.to];
  const order = world.orderOf(step.orderId);
  if (kind === undefined || !order || step.to === step.from) return [];
  return [aboutOrder(kind, step.orderId, factsOf(step, order, payments))];
}

function factsOf({ to, detail }: DecidedStep, order: Order, payments: readonly Payment[]) {
  const state: NoticeFacts = { state: to };
  switch (to) {
    case 'reserved':
      return order.expiresAt === null ? state : { ...state, expiresAt: isoOf(order.expiresAt) };
    case 'rejected':
      return { ...state, reason: order.reason, short: order.short ?? [] };
    case 'paid': {
      const payment = payments.find(({ paymentId }) => paymentId === detail?.['paymentId']);
      return payment ? { ...state, ...moneyOf(payment) } : state;
    }
    case 'expired':
    case 'cancelled':
    case 'returned':
    case 'awaited':
    case 'placed':
      return state;
  }
}

function noticeOfRefund(payment: Payment): Notice {
  const facts = { ...moneyOf(payment), reason: payment.reason };
  return aboutOrder('payment.refund-due', payment.orderId, facts);
}

const SIDES = { fine: 'stock.back', low: 'stock.low', out: 'stock.out' } as const;

function noticeOfSide(side: keyof typeof SIDES, balance: Balance): Notice {
  const { goodsId, available, version, keeping } = balance;
  const forSale = keeping.safety > 0 ? { forSale: forSaleOf(balance) } : {};
  return aboutGoods(SIDES[side], goodsId, {
    available,
    ...forSale,
    ...keeping.thresholds,
    version,
  });
}

/** Whoever did not name an amount is told none. */
function moneyOf({ paymentId, amount, currency }: Payment): NoticeFacts {
  return {
    paymentId,
    ...(amount === null ? {} : { amount }),
    ...(currency === null ? {} : { currency }),
  };
}
