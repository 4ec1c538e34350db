import type { Order } from '../orders/index.ts';
import { refundDue } from '../payments/index.ts';
import { decideReserve, movesOf } from './decide-reserve.ts';
import { type Decision, outcomeOf, stepped, unchanged, type View } from './decision.ts';

/**
 * Nobody has moved this order in time. Only the database's clock says that its time is up, so an
 * alarm that rings early changes nothing.
 */
export function decideDue(orderId: string, view: View): Decision {
  const { order } = view;
  if (!order?.isDue) return unchanged(order, orderId);
  switch (order.state) {
    case 'placed':
      return decideReserve(orderId, view);
    case 'reserved':
      return expired(order);
    case 'awaited':
      return neverPlaced(order, view);
    case 'rejected':
    case 'paid':
    case 'expired':
    case 'cancelled':
    case 'returned':
      return unchanged(order, orderId);
  }
}

function expired(order: Order): Decision {
  const { order: next, step } = stepped(order, 'due', {
    state: 'expired',
    due: 'never',
  });
  return {
    outcome: outcomeOf(next),
    order: next,
    steps: [step],
    moves: movesOf(next, 'release'),
  };
}

/** Money came a day ago for an order that never did. */
function neverPlaced(order: Order, view: View): Decision {
  const { order: next, step } = stepped(order, 'due', {
    due: 'never',
    earlyPayments: 0,
  });
  return {
    outcome: outcomeOf(next),
    order: next,
    steps: [step],
    payments: view.early.map((payment) => refundDue(payment, 'never-placed')),
  };
}
