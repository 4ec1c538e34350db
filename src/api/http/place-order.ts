import { Type } from 'typebox';
import { AppError, isoOf } from '../../kernel/index.ts';
import { orderPlaced, orderShape, type PlacedOrder } from '../../queues/index.ts';
import type { Advanced, OrderOutcome, Outcome } from '../../saga/index.ts';
import { checkedBy, strictly } from '../../shapes/index.ts';
import { type Problem, problem, problemOf } from './problems.ts';

/** An answer before it is sent: alone, or one of a list. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | Problem;
}

const { lines, ...others } = orderShape.properties;

export const ORDER_EXAMPLE = {
  orderId: 'A-1001',
  lines: [{ goodsId: 7, quantity: 2 }],
  holdSeconds: 900,
} as const;

/** An order without a field too many: what is misspelt must not be overlooked. */
export const strictOrder = strictly(
  Type.Object(
    { ...others, lines: { ...lines, items: strictly(lines.items) } },
    {
      description: 'an order { orderId, lines, .. }',
      examples: [ORDER_EXAMPLE],
    },
  ),
);

const checkStrictly = checkedBy(strictOrder);

export function checkedOrder(value: unknown): PlacedOrder {
  return orderPlaced.entry(checkStrictly(value));
}

export function answerOf(one: Advanced, waited: boolean): Answer {
  return 'error' in one ? errorAnswer(one.error) : orderAnswer(one.outcome, waited);
}

export function errorAnswer(error: unknown): Answer {
  const body = problemOf(error);
  return { status: body.status, body };
}

/** Answers that are the same however often the same is asked. */
export function orderAnswer(outcome: Outcome, waited: boolean): Answer {
  if (!('orderId' in outcome)) throw new AppError('unexpected', 'an order was asked for');
  if (outcome.change === 'refused') return { status: 409, body: refusal(outcome) };
  const { orderId, state, reason, short, expiresAt, message } = outcome;
  if (waited && state === 'rejected') {
    const code = reason ?? 'sold-out';
    const detail = `order ${orderId} was rejected: ${message ?? code}`;
    const facts = { orderId, state, ...(short === undefined ? {} : { short }) };
    return { status: 409, body: problem(409, code, detail, facts) };
  }
  const body = {
    orderId,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(expiresAt === undefined ? {} : { expiresAt: isoOf(expiresAt) }),
  };
  if (!waited || state === 'placed') return { status: 202, body };
  return { status: state === 'reserved' ? 201 : 200, body };
}

/** An event that is refused as things are. */
export function refusal({ orderId, state, code, message, short }: OrderOutcome): Problem {
  const facts = { orderId, state, ...(short === undefined ? {} : { short }) };
  return problem(409, code ?? 'refused', message ?? 'refused as things are', facts);
}
