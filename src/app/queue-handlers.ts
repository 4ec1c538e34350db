import { AppError, codeOf, Gate, isRetryable, messageOf } from '../kernel/index.ts';
import type { Database } from '../mysql/index.ts';
import { databaseNow } from '../orders/index.ts';
import {
  assertJobName,
  type Delivery,
  delayedTimeout,
  LookAgain,
  orderPlaced,
  paymentConfirmed,
  preDeduct,
  type QueueContract,
  type QueueName,
} from '../queues/index.ts';
import { type Advanced, advanceDue, type Saga, type SagaEvent, type Via } from '../saga/index.ts';

export interface HandlerParts {
  readonly database: Database;
  readonly saga: Saga;
}

export type QueueHandler = (delivery: Delivery) => Promise<unknown>;

/** Events in hand at once in this process; more wait in their envelopes. */
const IN_HAND_MAX = 3000;

/** A queue is one input of the saga: these four functions say which. */
export function queueHandlers(parts: HandlerParts): Readonly<Record<QueueName, QueueHandler>> {
  const gate = new Gate(IN_HAND_MAX);
  return {
    'order-placed': intake(parts, gate, orderPlaced, (order, via) => ({
      kind: 'placed',
      order,
      via,
      reserveWithinMs: 1000,
    })),
    'pre-deduct': intake(parts, gate, preDeduct, (orderId, via) => ({
      kind: 'reserve',
      orderId,
      via,
    })),
    'payment-confirmed': intake(parts, gate, paymentConfirmed, (payment, via) => ({
      kind: 'payment',
      payment,
      via,
    })),
    'delayed-timeout': alarm(parts),
  };
}

/** Checks what a job carries, sends it through the one door, and keeps what was refused. */
function intake<Entry>(
  { saga }: HandlerParts,
  gate: Gate,
  contract: QueueContract<Entry>,
  eventOf: (entry: Entry, via: Via) => SagaEvent,
): QueueHandler {
  return async (delivery) => {
    const entries = await opened(saga, contract, delivery);
    const via: Via = { cause: 'queue', attempt: delivery.attempt };
    const refusals: AppError[] = [];
    const good: { readonly entry: unknown; readonly event: SagaEvent }[] = [];
    for (const entry of entries) {
      try {
        good.push({ entry, event: eventOf(contract.entry(entry), via) });
      } catch (error) {
        refusals.push(await keep(saga, contract.queue, entry, error));
      }
    }
    const results = await gate.pass(good.length, () =>
      saga.advanceAll(good.map(({ event }) => event)),
    );
    refusals.push(...(await kept(saga, contract.queue, good, results)));
    const [first] = refusals;
    // In an envelope each stands for itself; a job of one entry shows its reason in the queue.
    if (first && entries.length === 1) throw first;
    return { entries: entries.length, refused: refusals.length };
  };
}

async function opened<Entry>(
  saga: Saga,
  contract: QueueContract<Entry>,
  { jobName, payload }: Delivery,
): Promise<readonly unknown[]> {
  try {
    assertJobName(contract.queue, jobName);
    return contract.entries(payload);
  } catch (error) {
    throw await keep(saga, contract.queue, payload, error);
  }
}

/** Refusals become dead letters; an error that may pass sends the whole job round again. */
async function kept(
  saga: Saga,
  queue: QueueName,
  good: readonly { readonly entry: unknown }[],
  results: readonly Advanced[],
): Promise<AppError[]> {
  const refusals: AppError[] = [];
  for (const [index, result] of results.entries()) {
    if ('error' in result) {
      if (!(result.error instanceof AppError) || isRetryable(result.error)) throw result.error;
      refusals.push(result.error); // buried where it happened
    } else if (result.outcome.change === 'refused') {
      const { code = 'refused', message = 'refused' } = result.outcome;
      const refusal = new AppError(code, message);
      refusals.push(await keep(saga, queue, good[index]?.entry, refusal));
    }
  }
  return refusals;
}

async function keep(
  saga: Saga,
  queue: QueueName,
  payload: unknown,
  error: unknown,
): Promise<AppError> {
  const refusal =
    error instanceof AppError
      ? error
      : new AppError('invalid-input', messageOf(error), { cause: error });
  await saga.deadLetters.bury({
    source: queue,
    code: codeOf(refusal),
    message: refusal.message,
    orderId: orderIdIn(payload),
    payload,
  });
  return refusal;
}

function orderIdIn(payload: unknown): string | null {
  const orderId = (payload as { orderId?: unknown } | null)?.orderId;
  return typeof orderId === 'string' ? orderId.slice(0, 64) : null;
}

/** An alarm clock rang. Whether it is time, only the database can say. */
function alarm({ database, saga }: HandlerParts): QueueHandler {
  return async (delivery) => {
    const [payload] = await opened(saga, delayedTimeout, delivery);
    let dueAt: number;
    try {
      ({ dueAt } = delayedTimeout.entry(payload));
    } catch (error) {
      throw await keep(saga, 'delayed-timeout', payload, error);
    }
    const { millis } = await databaseNow(database);
    if (millis < dueAt) throw new LookAgain(dueAt - millis);
    return { moved: await advanceDue({ database, saga }, 'alarm') };
  };
}
