import { secondsAfter } from '../kernel/index.ts';
import { awaitedOrder, type Order } from '../orders/index.ts';
import {
  type Payment,
  type PaymentNotice,
  paymentOf,
  pays,
  type RefundReason,
  refundDue,
  samePayment,
} from '../payments/index.ts';
import { movesOf, shortageOf } from './decide-reserve.ts';
import { reducedTo } from './decide-part-payment.ts';
import { type Decision, outcomeOf, refused, stepped, unchanged, type View } from './decision.ts';

/** An order was paid; maybe too early, too late, twice, or not what it costs. */
export function decidePayment(notice: PaymentNotice, view: View): Decision {
  const order = view.order ?? awaitedOrder(notice.orderId, view.rules.holdSeconds);
  const known = view.payment;
  if (!known) return answered(decideNew(order, notice, view));
  if (samePayment(known, notice)) {
    return answered(unchanged(view.order, notice.orderId), known);
  }
  return refused(
    'payment-conflict',
    `payment ${notice.paymentId} is known with another order, amount or currency`,
    order,
  );
}

/** Whoever tells of a payment is told what became of it. */
function answered(decision: Decision, known = decision.payments?.[0]): Decision {
  if (!known) return decision;
  const { paymentId, state, reason } = known;
  return { ...decision, outcome: { ...decision.outcome, payment: { paymentId, state, reason } } };
}

function decideNew(order: Order, notice: PaymentNotice, view: View): Decision {
  const payment = paymentOf(notice, 'applied');
  switch (order.state) {
    case 'awaited':
    case 'placed':
      return early(order, { ...payment, state: 'early' });
    case 'reserved':
      return inTime(order, payment);
    case 'expired':
      return late(order, payment, view);
    case 'paid':
      return back(order, payment, 'already-paid');
    case 'rejected':
    case 'cancelled':
    case 'returned':
      return back(order, payment, order.state);
  }
}

function early(order: Order, payment: Payment): Decision {
  const { order: next, step } = stepped(
    order,
    'payment',
    {
      earlyPayments: order.earlyPayments + 1,
      ...(order.state === 'awaited' ? { due: 'in-a-day' } : {}),
    },
    { paymentId: payment.paymentId, became: 'early' },
  );
  return { outcome: outcomeOf(next), order: next, steps: [step], payments: [payment] };
}

/** What it pays for is settled, and what it does not pay for returns, in one. */
function inTime(order: Order, payment: Payment): Decision {
  if (!pays(payment, order)) return back(order, payment, 'amount-mismatch');
  const reduced = reducedTo(order, payment);
  if (!reduced) return back(order, payment, 'lines-mismatch');
  const settled = paid(reduced.order, payment);
  return {
    ...settled,
    steps: [...reduced.steps, ...(settled.steps ?? [])],
    moves: [...reduced.moves, ...(settled.moves ?? [])],
  };
}

function paid(order: Order, payment: Payment): Decision {
  const { order: next, step } = stepped(
    order,
    'payment',
    { state: 'paid', due: 'never' },
    { paymentId: payment.paymentId },
  );
  return {
    outcome: outcomeOf(next),
    order: next,
    steps: [step],
    moves: movesOf(next, 'settle'),
    payments: [payment],
  };
}

function back(order: Order, payment: Payment, reason: RefundReason): Decision {
  const { order: next, step } = stepped(
    order,
    'payment',
    {},
    { paymentId: payment.paymentId, became: 'refund-due', reason },
  );
  return {
    outcome: outcomeOf(next),
    order: next,
    steps: [step],
    payments: [refundDue(payment, reason)],
  };
}

/** The hold was returned before the money came. */
function late(order: Order, payment: Payment, view: View): Decision {
  const { latePayment } = view.rules;
  if (!pays(payment, order)) return back(order, payment, 'amount-mismatch');
  if (latePayment === 'refund') return back(order, payment, 'late');
  if (latePayment === 'manual') return back(order, payment, 'late-manual');
  const reduced = reducedTo(order, payment);
  if (!reduced) return back(order, payment, 'lines-mismatch');
  const { short, reason } = shortageOf(reduced.order, view);
  if (short.length > 0) return back(order, payment, reason);
  const again = stepped(reduced.order, 'reserve', {
    state: 'reserved',
    holds: order.holds + 1,
    reason: null,
    due: 'at-expiry',
    expiresAt: secondsAfter(view.now, order.holdSeconds),
  });
  const settled = paid(again.order, payment);
  return {
    ...settled,
    steps: [...reduced.steps, again.step, ...(settled.steps ?? [])],
    moves: [...movesOf(again.order, 'reserve'), ...(settled.moves ?? [])],
  };
}
