import { secondsAfter } from '../kernel/index.ts';
import { keptOf, type Order, type ShortLine, type Step, wantedOf } from '../orders/index.ts';
import { type Payment, pays, refundDue } from '../payments/index.ts';
import { forSaleOf, type Move, type OrderMove } from '../stock/index.ts';
import { type LimitReached, limitReached, limitText } from './buyer-limits.ts';
import { reducedTo } from './decide-part-payment.ts';
import { type Decision, outcomeOf, stepped, unchanged, type View } from './decision.ts';

/** Hold the goods of a placed order, or reject it and say which lines were short. */
export function decideReserve(orderId: string, view: View): Decision {
  const { order, early } = view;
  if (order?.state !== 'placed') return unchanged(order, orderId);
  const limit = limitReached(order, view);
  if (limit) return beyondLimit(order, early, limit);
  const { short, reason } = shortageOf(order, view);
  if (short.length > 0) return rejected(order, early, { reason, short });
  const reserved = stepped(order, 'reserve', {
    state: 'reserved',
    holds: order.holds + 1,
    due: 'at-expiry',
    expiresAt: secondsAfter(view.now, order.holdSeconds),
  });
  return withEarlyPayments(
    reserved.order,
    [reserved.step],
    movesOf(reserved.order, 'reserve'),
    early,
  );
}

export function shortageOf(
  order: Order,
  view: View,
): { short: ShortLine[]; reason: 'sold-out' | 'unknown-goods' } {
  const short: ShortLine[] = [];
  let unknown = false;
  for (const line of order.lines) {
    const { goodsId } = line;
    const quantity = wantedOf(line);
    if (quantity === 0) continue;
    const balance = view.balanceOf(goodsId);
    if (!balance) unknown = true;
    const available = balance ? forSaleOf(balance) : 0;
    if (available < quantity) short.push({ goodsId, requested: quantity, available });
  }
  return { short, reason: unknown ? 'unknown-goods' : 'sold-out' };
}

/** One move for each line, of all that is left of it, in the order's newest hold. */
export function movesOf(order: Order, kind: OrderMove['kind']): Move[] {
  const unitsOf = kind === 'return' ? keptOf : wantedOf;
  return order.lines.flatMap((line) => {
    const { goodsId } = line;
    const { orderId, holds: hold } = order;
    const quantity = unitsOf(line);
    return quantity === 0 ? [] : [{ kind, goodsId, quantity, orderId, hold }];
  });
}

/** The history keeps which limit it was, and how far it had come. */
function beyondLimit(order: Order, early: readonly Payment[], limit: LimitReached): Decision {
  const decision = rejected(order, early, { reason: 'too-many-holds', limit });
  return { ...decision, outcome: { ...decision.outcome, message: limitText(limit) } };
}

interface Rejection {
  readonly reason: 'sold-out' | 'unknown-goods' | 'too-many-holds';
  readonly short?: readonly ShortLine[];
  readonly limit?: LimitReached;
}

function rejected(order: Order, early: readonly Payment[], why: Rejection): Decision {
  const { reason, short = null } = why;
  const { order: next, step } = stepped(
    order,
    'reserve',
    { state: 'rejected', reason, short, due: 'never', earlyPayments: 0 },
    { ...why },
  );
  return {
    outcome: outcomeOf(next),
    order: next,
    steps: [step],
    payments: early.map((payment) => refundDue(payment, 'rejected')),
  };
}

/** Payments that waited: the first that fits pays, every other one goes back. */
function withEarlyPayments(
  reserved: Order,
  steps: Step[],
  moves: Move[],
  early: readonly Payment[],
): Decision {
  let order: Order = { ...reserved, earlyPayments: 0 };
  const payments: Payment[] = [];
  for (const payment of early) {
    const { paymentId } = payment;
    if (order.state === 'paid') payments.push(refundDue(payment, 'already-paid'));
    else if (!pays(payment, order)) payments.push(refundDue(payment, 'amount-mismatch'));
    else {
      const reduced = reducedTo(order, payment);
      if (!reduced) {
        payments.push(refundDue(payment, 'lines-mismatch'));
        continue;
      }
      const changes = { state: 'paid', due: 'never' } as const;
      const paid = stepped(reduced.order, 'payment', changes, { paymentId });
      order = paid.order;
      steps.push(...reduced.steps, paid.step);
      moves.push(...reduced.moves);
      moves.push(...movesOf(order, 'settle'));
      payments.push({ ...payment, state: 'applied' });
    }
  }
  return { outcome: outcomeOf(order), order, steps, moves, payments };
}
