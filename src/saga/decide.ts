import { decideAtOnce } from './decide-at-once.ts';
import { decideCancel } from './decide-cancel.ts';
import { decideDue } from './decide-due.ts';
import { decideExtend } from './decide-extend.ts';
import { decideCancelLines, decideReturnLines } from './decide-parts.ts';
import { decideKeeping } from './decide-keeping.ts';
import { decidePayment } from './decide-payment.ts';
import { decidePaymentStarted } from './decide-payment-started.ts';
import { decidePlaced } from './decide-placed.ts';
import { decideRefunded } from './decide-refunded.ts';
import { decideReplacing } from './decide-replacing.ts';
import { decideReserve } from './decide-reserve.ts';
import { decideReturn } from './decide-return.ts';
import { decideSell } from './decide-sell.ts';
import { decideStock } from './decide-stock.ts';
import type { Decision, View } from './decision.ts';
import { isAtOnce, type PlacedEvent, type SagaEvent } from './event.ts';

/**
 * What follows from an event, given what is known. Pure: every "if" of the saga is in here, every
 * effect is outside. The table it carries out is in docs/reference/states.md.
 */
export function decide(event: SagaEvent, view: View): Decision {
  switch (event.kind) {
    case 'placed':
      return decidePlacing(event, view);
    case 'reserve':
      return decideReserve(event.orderId, view);
    case 'payment':
      return decidePayment(event.payment, view);
    case 'cancel':
      return decideCancel(event.orderId, view);
    case 'due':
      return decideDue(event.orderId, view);
    case 'sell':
      return decideSell(event, view);
    case 'return':
      return decideReturn(event.orderId, view);
    case 'payment-started':
      return decidePaymentStarted(event.orderId, event.seconds, view);
    case 'extend':
      return decideExtend(event.orderId, event.seconds, view);
    case 'cancel-lines':
      return decideCancelLines(event, view);
    case 'return-lines':
      return decideReturnLines(event, view);
    case 'refunded':
      return decideRefunded(event, view);
    case 'stock-set':
    case 'stock-count':
    case 'stock-adjust':
      return decideStock(event, view);
    case 'stock-keep':
      return decideKeeping(event, view);
  }
}

function decidePlacing(event: PlacedEvent, view: View): Decision {
  const { order } = event;
  if (order.replaces !== undefined) return decideReplacing(order, order.replaces, view);
  return isAtOnce(event) ? decideAtOnce(order, view) : decidePlaced(order, view);
}
