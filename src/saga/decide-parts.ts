import { createHash } from 'node:crypto';
import {
  awaitedOrder,
  keptOf,
  linesWithout,
  type Order,
  type Part,
  sameParts,
  summedParts,
  unitsOf,
  wantedOf,
} from '../orders/index.ts';
import { refundDue } from '../payments/index.ts';
import type { Move } from '../stock/index.ts';
import { decideCancel } from './decide-cancel.ts';
import { partMoves } from './part-moves.ts';
import { type Decision, outcomeOf, refused, stepped, unchanged, type View } from './decision.ts';
import type { PartEvent } from './event.ts';

/** Parts of an order leave it before it is paid; what was asked for stays as it was asked. */
export function decideCancelLines(event: PartEvent, view: View): Decision {
  const order = view.order ?? awaitedOrder(event.orderId, view.rules.holdSeconds);
  if (view.asked) return askedBefore(event, order, view);
  switch (order.state) {
    case 'placed':
    case 'reserved':
      return tooMany(event, order, wantedOf) ?? partsCancelled(event, order, view);
    case 'awaited':
      return refused('not-reserved', `order ${order.orderId} has not come yet`, order);
    case 'paid':
    case 'returned':
      return refused('already-paid', `order ${order.orderId} is paid; return its goods`, order);
    case 'rejected':
    case 'expired':
    case 'cancelled':
      return unchanged(order, order.orderId);
  }
}

/** Goods of a paid order come back, sellable or not; with the last of them it is returned. */
export function decideReturnLines(event: PartEvent, view: View): Decision {
  const order = view.order ?? awaitedOrder(event.orderId, view.rules.holdSeconds);
  if (view.asked) return askedBefore(event, order, view);
  switch (order.state) {
    case 'paid':
      return tooMany(event, order, keptOf) ?? partsReturned(event, order, view);
    case 'returned':
      return refused('too-many-units', `all of order ${order.orderId} has come back`, order);
    case 'awaited':
    case 'placed':
    case 'reserved':
    case 'rejected':
    case 'expired':
    case 'cancelled':
      return refused('not-paid', `order ${order.orderId} is not paid`, order);
  }
}

function askedBefore({ requestId, parts }: PartEvent, order: Order, view: View): Decision {
  return sameParts(view.asked?.parts ?? [], parts)
    ? unchanged(order, order.orderId)
    : refused('parts-conflict', `${requestId} was used for other units of this order`, order);
}

function tooMany(
  { parts }: PartEvent,
  order: Order,
  leftOf: (line: Order['lines'][number]) => number,
): Decision | null {
  for (const [goodsId, units] of unitsOf(parts)) {
    const line = order.lines.find((one) => one.goodsId === goodsId);
    const left = line ? leftOf(line) : 0;
    if (units <= left) continue;
    const said = `order ${order.orderId} has ${left} units of goods ${goodsId} left, not ${units}`;
    return refused('too-many-units', said, order);
  }
  return null;
}

function partsCancelled(event: PartEvent, order: Order, view: View): Decision {
  const parts = summedParts(event.parts);
  const lines = linesWithout(order, 'cancel', parts);
  const asked = requestOf(event, 'cancel', parts);
  if (lines.every((line) => wantedOf(line) === 0)) {
    return { ...decideCancel(order.orderId, view), ...asked };
  }
  const { order: next, step } = stepped(order, 'cancel-lines', { lines }, { lines: parts });
  const isHeld = order.state === 'reserved';
  return {
    outcome: outcomeOf(next),
    order: next,
    steps: [step],
    moves: isHeld ? partMoves(next, 'release', parts) : [],
    ...asked,
  };
}

function partsReturned(event: PartEvent, order: Order, view: View): Decision {
  const parts = summedParts(event.parts);
  const lines = linesWithout(order, 'return', parts);
  const isWhole = lines.every((line) => keptOf(line) === 0);
  const { order: next, step } = stepped(
    order,
    'return',
    isWhole ? { lines, state: 'returned', due: 'never' } : { lines },
    { returnId: event.requestId, lines: parts },
  );
  const damaged = parts.filter((part) => part.damaged === true);
  return {
    outcome: outcomeOf(next),
    order: next,
    steps: [step],
    // What is damaged comes back first and is found missing then, so that both can be counted.
    moves: [...partMoves(next, 'return', parts), ...damaged.map((part) => written(event, part))],
    payments: isWhole ? view.applied.map((payment) => refundDue(payment, 'returned')) : [],
    ...requestOf(event, 'return', parts),
  };
}

function requestOf(
  { orderId, requestId }: PartEvent,
  verb: 'cancel' | 'return',
  parts: readonly Part[],
): Pick<Decision, 'asked'> {
  return requestId === undefined ? {} : { asked: { orderId, verb, requestId, parts } };
}

/** A restock of units that nobody can buy; its key cannot be one that a caller has chosen. */
function written({ orderId, requestId }: PartEvent, { goodsId, quantity }: Part): Move {
  const name = `${orderId} ${requestId} ${goodsId}`;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 48);
  const reason = `damaged: return ${requestId} of order ${orderId}`;
  const adjustment = { idempotencyKey: `damaged:${digest}`, goodsId, delta: -quantity, reason };
  return { kind: 'restock', goodsId, quantity: -quantity, adjustment };
}
