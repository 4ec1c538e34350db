import { awaitedOrder, type Order } from '../orders/index.ts';
import { refundDue } from '../payments/index.ts';
import { movesOf } from './decide-reserve.ts';
import { type Decision, outcomeOf, refused, stepped, unchanged, type View } from './decision.ts';

/** Somebody does not want the order any more; maybe before we have even heard of it. */
export function decideCancel(orderId: string, view: View): Decision {
  const order = view.order ?? awaitedOrder(orderId, view.rules.holdSeconds);
  switch (order.state) {
    case 'awaited':
      return order.cancelAsked ? unchanged(order, orderId) : remembered(order);
    case 'placed':
    case 'reserved':
      return cancelled(order, view);
    case 'paid':
    case 'returned':
      return refused('already-paid', `order ${orderId} is paid; return its goods instead`, order);
    case 'rejected':
    case 'expired':
    case 'cancelled':
      return unchanged(order, orderId);
  }
}

function remembered(order: Order): Decision {
  const { order: next, step } = stepped(order, 'cancel', { cancelAsked: true });
  return { outcome: outcomeOf(next), order: next, steps: [step] };
}

function cancelled(order: Order, view: View): Decision {
  const { order: next, step } = stepped(order, 'cancel', {
    state: 'cancelled',
    due: 'never',
    earlyPayments: 0,
  });
  return {
    outcome: outcomeOf(next),
    order: next,
    steps: [step],
    moves: order.state === 'reserved' ? movesOf(next, 'release') : [],
    payments: view.early.map((payment) => refundDue(payment, 'cancelled')),
  };
}
