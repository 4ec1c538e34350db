import type { App } from '../app/index.ts';
import { AppError, codeOf, isoOf, messageOf } from '../kernel/index.ts';
import type { PlacedOrder } from '../queues/index.ts';
import type { Advanced, OrderOutcome, SagaEvent, Via } from '../saga/index.ts';
import { shortText } from './format.ts';

export type PlacedAnswer = Pick<
  OrderOutcome,
  'orderId' | 'state' | 'reason' | 'short' | 'expiresAt'
>;

export type PlaceAnswer =
  | PlacedAnswer
  | {
      readonly orderId: string;
      readonly error: {
        readonly code: string;
        readonly message: string;
        readonly details: Readonly<Record<string, unknown>>;
      };
    };

const via: Via = { cause: 'cli', attempt: 1 };

/**
 * Places orders straight in the database and, when somebody waits for it, reserves their goods at
 * once. Redis may be down: then row locks guard the stock, and the sweep does what no nudge tells.
 */
export async function placeOrders(
  { saga }: App,
  orders: readonly PlacedOrder[],
  wait: boolean,
): Promise<PlaceAnswer[]> {
  const placed = await saga.advanceAll(orders.map((order) => ({ kind: 'placed', order, via })));
  const waiting = wait ? orders.filter((_, index) => isPlaced(placed[index])) : [];
  const reserved = await saga.advanceAll(
    waiting.map(({ orderId }): SagaEvent => ({ kind: 'reserve', orderId, via })),
  );
  const decided = new Map(waiting.map(({ orderId }, index) => [orderId, reserved[index]]));
  return orders.map(({ orderId }, index) =>
    answerOf(orderId, decided.get(orderId) ?? placed[index]),
  );
}

function isPlaced(answer: Advanced | undefined): boolean {
  return answer !== undefined && 'outcome' in answer && answer.outcome.change !== 'refused';
}

function answerOf(orderId: string, answer: Advanced | undefined): PlaceAnswer {
  if (!answer || 'error' in answer) {
    const error = answer?.error;
    const details = error instanceof AppError ? error.details : {};
    return { orderId, error: { code: codeOf(error), message: messageOf(error), details } };
  }
  const outcome = answer.outcome as OrderOutcome;
  if (outcome.change === 'refused') {
    const { code = 'refused', message = 'refused', state } = outcome;
    return { orderId, error: { code, message, details: { state } } };
  }
  const { state, reason, short, expiresAt } = outcome;
  return {
    orderId,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(short === undefined ? {} : { short }),
    ...(expiresAt === undefined ? {} : { expiresAt: isoOf(expiresAt) }),
  };
}

/** Why the shop will not serve this order; nothing when it will. */
export function refusalOf(answer: PlaceAnswer): AppError[] {
  if ('error' in answer) {
    const { code, message, details } = answer.error;
    return [new AppError(code, message, { details: { orderId: answer.orderId, ...details } })];
  }
  const { orderId, state, reason, short = [] } = answer;
  if (state !== 'rejected') return [];
  if (reason === 'too-many-holds') {
    const text = `order ${orderId} is rejected: its buyer holds as much as one buyer may`;
    return [new AppError('too-many-holds', text, { details: { orderId } })];
  }
  const details = { orderId, short };
  const text = `order ${orderId} is rejected: ${shortText(short).replaceAll('\n', '; ')}`;
  return [
    reason === 'unknown-goods'
      ? new AppError('unknown-goods', text, { details })
      : new AppError('sold-out', text, { details }),
  ];
}
