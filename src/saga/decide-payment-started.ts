import { secondsAfter } from '../kernel/index.ts';
import { awaitedOrder, type Order } from '../orders/index.ts';
import { type Decision, outcomeOf, refused, stepped, unchanged, type View } from './decision.ts';

/** Whoever pays has an hour at most, and once: else announcing is a way to hold for ever. */
const PAYING_SECONDS_MAX = 3600;

/** A payment is on its way: the hold is kept for it, and never made shorter. */
export function decidePaymentStarted(orderId: string, seconds: number, view: View): Decision {
  const order = view.order ?? awaitedOrder(orderId, view.rules.holdSeconds);
  switch (order.state) {
    case 'reserved':
      return view.announced ? unchanged(order, orderId) : kept(order, seconds, view);
    case 'paid':
      return unchanged(order, orderId);
    case 'awaited':
    case 'placed':
    case 'rejected':
    case 'expired':
    case 'cancelled':
    case 'returned':
      return refused('not-reserved', `order ${orderId} is ${order.state} and holds nothing`, order);
  }
}

function kept(order: Order, seconds: number, { now }: View): Decision {
  const until = secondsAfter(now, Math.min(seconds, PAYING_SECONDS_MAX));
  const isLonger = order.expiresAt === null || until > order.expiresAt;
  const { order: next, step } = stepped(
    order,
    'payment-started',
    isLonger ? { due: 'as-extended', expiresAt: until } : {},
    { seconds },
  );
  return { outcome: outcomeOf(next), order: next, steps: [step] };
}
