import type { OrderView } from '../saga/index.ts';
import type { PlacedAnswer } from './place-orders.ts';
import { facts, linesText, shortText, table, timeText } from './format.ts';

/** An order in words: what it is, what was paid, and how it came to be so. */
export function orderText(order: OrderView): string {
  const parts = [
    facts([
      ['order', order.orderId],
      ['state', order.reason ? `${order.state} (${order.reason})` : order.state],
      ['lines', linesText(order.lines)],
      ['placed', timeText(order.placedAt)],
      ['expires', timeText(order.expiresAt)],
      ['buyer', order.buyerId],
      ['amount', order.amount === undefined ? null : `${order.amount} ${order.currency ?? ''}`],
      ['archived', order.archived ? 'its metadata and older history are not here any more' : null],
    ]),
    ...(order.short ? [shortText(order.short)] : []),
  ];
  if (order.payments.length > 0) {
    const rows = order.payments.map((payment) => [
      payment.paymentId,
      payment.state,
      payment.reason,
      payment.amount,
      payment.currency,
      timeText(payment.at),
    ]);
    parts.push(table(['payment', 'state', 'reason', 'amount', 'currency', 'told'], rows));
  }
  const steps = order.history.map((step) => [
    step.step,
    timeText(step.at),
    step.event,
    step.from,
    step.to,
    step.cause,
    step.attempt,
  ]);
  parts.push(table(['step', 'at', 'event', 'from', 'to', 'cause', 'attempt'], steps));
  return parts.join('\n\n');
}

/** What became of an order just now. */
export function outcomeText({ orderId, state, reason, short, expiresAt }: PlacedAnswer): string {
  const until = expiresAt === undefined ? '' : `, held until ${timeText(expiresAt)}`;
  const line = `${orderId}: ${state}${reason === undefined ? '' : ` (${reason})`}${until}`;
  return short === undefined ? line : `${line}\n${shortText(short)}`;
}
