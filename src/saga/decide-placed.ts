import {
  awaitedOrder,
  type Order,
  type OrderRequest,
  sameContent,
  summedLines,
} from '../orders/index.ts';
import { refundDue } from '../payments/index.ts';
import { type Decision, outcomeOf, refused, stepped, unchanged, type View } from './decision.ts';

/** An order wants goods. What came before it (a payment, a cancel) has waited for it. */
export function decidePlaced(request: OrderRequest, view: View): Decision {
  const { order: known, rules } = view;
  if (known && known.state !== 'awaited') {
    return sameContent(known, request) ? unchanged(known, request.orderId) : otherContent(known);
  }
  const holdSeconds = request.holdSeconds ?? rules.holdSeconds;
  const stub = known ?? awaitedOrder(request.orderId, holdSeconds);
  const placed = stepped(stub, 'placed', contentOf(request, holdSeconds, view));
  if (!stub.cancelAsked) {
    return { outcome: outcomeOf(placed.order), order: placed.order, steps: [placed.step] };
  }
  const cancelled = stepped(placed.order, 'cancel', {
    state: 'cancelled',
    due: 'never',
    earlyPayments: 0,
  });
  return {
    outcome: outcomeOf(cancelled.order),
    order: cancelled.order,
    steps: [placed.step, cancelled.step],
    payments: view.early.map((payment) => refundDue(payment, 'cancelled')),
  };
}

export function otherContent(known: Order): Decision {
  return refused(
    'order-conflict',
    `order ${known.orderId} exists with other content; the same id must ask for the same`,
    known,
  );
}

function contentOf(request: OrderRequest, holdSeconds: number, { now }: View): Partial<Order> {
  return {
    state: 'placed',
    lines: summedLines(request.lines),
    holdSeconds,
    buyerId: request.buyerId ?? null,
    amount: request.amount ?? null,
    currency: request.currency ?? null,
    metadata: request.metadata ?? null,
    placedAt: now,
    due: 'soon',
  };
}
