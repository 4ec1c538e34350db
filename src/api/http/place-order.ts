import { Type } from 'typebox';
import { AppError, isoOf, pause } from '../../kernel/index.ts';
import { orderPlaced, orderShape, type PlacedOrder } from '../../queues/index.ts';
import type { Advanced, OrderOutcome, Outcome, Saga } from '../../saga/index.ts';
import { checkedBy, strictly } from '../../shapes/index.ts';
import { VIA } from './http-parts.ts';
import { type Problem, problem, problemOf } from './problems.ts';

/** An answer before it is sent: alone, or one of a list. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | Problem;
}

const { lines, ...others } = orderShape.properties;

/** An order without a field too many: what is misspelt must not be overlooked. */
export const strictOrder = strictly(
  Type.Object(
    { ...others, lines: { ...lines, items: strictly(lines.items) } },
    { description: 'an order { orderId, lines, .. }' },
  ),
);

const checkStrictly = checkedBy(strictOrder);

export function checkedOrder(value: unknown): PlacedOrder {
  return orderPlaced.entry(checkStrictly(value));
}

/** How long an order may lie here and not in the database because others have its goods. */
const GOODS_PATIENCE_MS = 1000;

/**
 * Places orders, and when somebody waits decides them here and now: then no job carries them, and
 * the answer comes as soon as the transaction has. Those whose goods others have locked are only
 * placed, and decided when the goods are free. Whoever else is deciding the same order at this
 * moment is no matter, since the second to come is told how it stands.
 */
export async function placeOrders(
  saga: Saga,
  orders: readonly PlacedOrder[],
  waitMs: number,
): Promise<readonly Answer[]> {
  if (waitMs === 0) {
    const kept = await saga.advanceAll(
      orders.map((order) => ({ kind: 'placed', order, via: VIA })),
    );
    return kept.map((one) => answerOf(one, waitMs));
  }
  const ended = new AbortController();
  const waiting = pause(waitMs, ended.signal);
  const reserveWithinMs = Math.min(waitMs / 2, GOODS_PATIENCE_MS);
  const placed = await saga.advanceAll(
    orders.map((order) => ({ kind: 'placed', order, followedUp: true, reserveWithinMs, via: VIA })),
  );
  const decided = placed.map(async (one) =>
    isPlaced(one) ? await Promise.race([decide(saga, one), waiting.then(() => one)]) : one,
  );
  const answers = await Promise.all(decided);
  ended.abort();
  return answers.map((one) => answerOf(one, waitMs));
}

function isPlaced(one: Advanced): one is { readonly outcome: OrderOutcome } {
  if ('error' in one || !('orderId' in one.outcome)) return false;
  return one.outcome.state === 'placed' && one.outcome.change !== 'refused';
}

/** What cannot be decided now is decided later by a sweep; the order itself is kept already. */
async function decide(saga: Saga, placed: { readonly outcome: OrderOutcome }): Promise<Advanced> {
  const { orderId } = placed.outcome;
  const [reserved] = await saga.advanceAll([{ kind: 'reserve', orderId, via: VIA }]);
  return reserved && !('error' in reserved) ? reserved : placed;
}

function answerOf(one: Advanced, waitMs: number): Answer {
  if ('error' in one) {
    const body = problemOf(one.error);
    return { status: body.status, body };
  }
  return orderAnswer(one.outcome, waitMs > 0);
}

/** Answers that are the same however often the same is asked. */
export function orderAnswer(outcome: Outcome, waited: boolean): Answer {
  if (!('orderId' in outcome)) throw new AppError('unexpected', 'an order was asked for');
  if (outcome.change === 'refused') return { status: 409, body: refusal(outcome) };
  const { orderId, state, reason, short, expiresAt } = outcome;
  if (waited && state === 'rejected') {
    const code = reason ?? 'sold-out';
    const detail = `order ${orderId} was rejected: ${code}`;
    return { status: 409, body: problem(409, code, detail, { orderId, state, short }) };
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
export function refusal({ orderId, state, code, message }: OrderOutcome): Problem {
  return problem(409, code ?? 'refused', message ?? 'refused as things are', { orderId, state });
}
