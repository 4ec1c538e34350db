import { awaitedOrder, type Order } from '../orders/index.ts';
import { refundDue } from '../payments/index.ts';
import { movesOf } from './decide-reserve.ts';
import { type Decision, outcomeOf, refused, stepped, unchanged, type View } from './decision.ts';

/** The goods of a paid order come back, all of them, and are for sale again. */
export function decideReturn(orderId: string, view: View): Decision {
  const order = view.order ?? awaitedOrder(orderId, view.rules.holdSeconds);
  switch (order.state) {
    case 'paid':
      return returned(order, view);
    case 'returned':
      return unchanged(order, orderId);
    case 'awaited':
    case 'placed':
    case 'reserved':
    case 'rejected':
    case 'expired':
    case 'cancelled':
      return refused('not-paid', `order ${orderId} is not paid, so nothing can come back`, order);
  }
}

function returned(order: Order, view: View): Decision {
  const { order: next, step } = stepped(order, 'return', { state: 'returned', due: 'never' });
  return {
    outcome: outcomeOf(next),
    order: next,
    steps: [step],
    moves: movesOf(next, 'return'),
    payments: view.applied.map((payment) => refundDue(payment, 'returned')),
  };
}
