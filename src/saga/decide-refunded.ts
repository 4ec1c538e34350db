import { awaitedOrder, type Order } from '../orders/index.ts';
import type { Payment } from '../payments/index.ts';
import { type Decision, outcomeOf, refused, stepped, unchanged, type View } from './decision.ts';
import type { RefundedEvent } from './event.ts';

/** Somebody has given the money back; who and why stays in the history of the order. */
export function decideRefunded(event: RefundedEvent, view: View): Decision {
  const order = view.order ?? awaitedOrder(event.orderId, view.rules.holdSeconds);
  const { payment } = view;
  if (payment?.orderId !== order.orderId) {
    return refused('unknown-payment', `order ${order.orderId} has no such payment`, order);
  }
  switch (payment.state) {
    case 'refund-due':
      return refunded(event, order, payment);
    case 'refunded':
      return withPayment(unchanged(order, order.orderId), payment);
    case 'early':
    case 'applied':
      return refused(
        'not-refund-due',
        `payment ${payment.paymentId} is ${payment.state}; nothing is to go back`,
        order,
      );
  }
}

function refunded({ actor, reason }: RefundedEvent, order: Order, payment: Payment): Decision {
  const { paymentId } = payment;
  const { order: next, step } = stepped(order, 'refunded', {}, { paymentId, actor, reason });
  const after: Payment = { ...payment, state: 'refunded' };
  const decision = { outcome: outcomeOf(next), order: next, steps: [step], payments: [after] };
  return withPayment(decision, after);
}

function withPayment(decision: Decision, { paymentId, state, reason }: Payment): Decision {
  return { ...decision, outcome: { ...decision.outcome, payment: { paymentId, state, reason } } };
}
