import { secondsAfter } from '../kernel/index.ts';
import { awaitedOrder, type Order } from '../orders/index.ts';
import { limitReached, limitText } from './buyer-limits.ts';
import { movesOf, shortageOf } from './decide-reserve.ts';
import { type Decision, outcomeOf, refused, stepped, unchanged, type View } from './decision.ts';

/** No hold may reach further than this from now, however often it is extended. */
const HOLD_SECONDS_MAX = 604_800;

/**
 * The buyer needs more time. A hold whose goods were returned is not revived: they are reserved
 * again, like those of anybody, or they are sold out.
 */
export function decideExtend(orderId: string, seconds: number, view: View): Decision {
  const order = view.order ?? awaitedOrder(orderId, view.rules.holdSeconds);
  switch (order.state) {
    case 'reserved':
      return extended(order, seconds, view);
    case 'expired':
      return reservedAgain(order, seconds, view);
    case 'awaited':
    case 'placed':
    case 'rejected':
    case 'paid':
    case 'cancelled':
    case 'returned':
      return refused('not-reserved', `order ${orderId} is ${order.state} and holds nothing`, order);
  }
}

function expiryAfter(seconds: number, { now }: View): Pick<Order, 'due' | 'expiresAt'> {
  return { due: 'as-extended', expiresAt: secondsAfter(now, Math.min(seconds, HOLD_SECONDS_MAX)) };
}

function extended(order: Order, seconds: number, view: View): Decision {
  const expiry = expiryAfter(seconds, view);
  if (expiry.expiresAt === order.expiresAt) return unchanged(order, order.orderId);
  const { order: next, step } = stepped(order, 'extend', expiry, { seconds });
  return { outcome: outcomeOf(next), order: next, steps: [step] };
}

function reservedAgain(order: Order, seconds: number, view: View): Decision {
  const limit = limitReached(order, view);
  if (limit) return refused('too-many-holds', limitText(limit), order);
  const { short, reason } = shortageOf(order, view);
  if (short.length > 0) {
    const decision = refused(reason, `the goods of order ${order.orderId} are gone`, order);
    return { outcome: { ...decision.outcome, short } };
  }
  const changes = { state: 'reserved', holds: order.holds + 1, reason: null } as const;
  const { order: next, step } = stepped(
    order,
    'extend',
    { ...changes, ...expiryAfter(seconds, view) },
    { seconds, hold: order.holds + 1 },
  );
  return {
    outcome: outcomeOf(next),
    order: next,
    steps: [step],
    moves: movesOf(next, 'reserve'),
  };
}
