import { AppError, codeOf, messageOf, pause, randomName } from '../kernel/index.ts';
import { openQueues, orderPlaced, paymentConfirmed, type QueueContract } from '../queues/index.ts';
import { connectRedis, type RedisClient } from '../redis/index.ts';
import { silentLogger } from '../telemetry/index.ts';
import type { QueueAccess } from './client-options.ts';
import { HoldfastError, type Problem } from './holdfast-error.ts';

const CONTRACTS = {
  'order-placed': [orderPlaced, 'orders'],
  'payment-confirmed': [paymentConfirmed, 'payments'],
} as const satisfies Record<string, readonly [QueueContract<unknown>, string]>;

export type QueueName = keyof typeof CONTRACTS;

/** The line to the queues: the only file of the client that loads their library. */
export interface QueueLine {
  /** A queue cannot answer that something is wrong, so it is looked for before. */
  problemOf(queue: QueueName, item: object): HoldfastError | null;
  /** One item as it is, several in an envelope. */
  add(queue: QueueName, items: readonly object[], limitMs: number): Promise<HoldfastError | null>;
  close(): Promise<void>;
}

export function openQueueLine(access: QueueAccess): QueueLine {
  const { redisUrl = '', connection, queuePrefix = '{holdfast}' } = access;
  const queues = openQueues({
    connection: connection ? (connection as RedisClient) : connected(redisUrl),
    leaveOpen: connection !== undefined,
    prefix: queuePrefix,
    onError: () => undefined, // whoever adds is told; an idle line has nobody to tell
  });
  return {
    problemOf: (queue, item) => {
      try {
        CONTRACTS[queue][0].entry(item);
        return null;
      } catch (error) {
        return asHoldfast(error);
      }
    },
    add: async (queue, items, limitMs) => {
      const [, field] = CONTRACTS[queue];
      const payload = items.length === 1 ? items[0] : { [field]: items };
      try {
        const added = queues.ready(limitMs).then(() => queues.add(queue, [payload]));
        await inTime(added, limitMs);
        return null;
      } catch (error) {
        return unsent(error);
      }
    },
    close: () => queues.close(),
  };
}

function connected(redisUrl: string): RedisClient {
  try {
    const name = `client-${randomName(4)}`;
    return connectRedis(redisUrl, 'producer', { logger: silentLogger, name });
  } catch (error) {
    throw asHoldfast(error);
  }
}

/** A connection that was lent to us may keep a command for ever while its server is away. */
async function inTime(work: Promise<void>, limitMs: number): Promise<void> {
  const done = new AbortController();
  try {
    const first = await Promise.race([work, pause(limitMs, done.signal)]);
    if (first === 'elapsed') throw new Error(`no answer within ${limitMs} ms`);
  } finally {
    done.abort();
  }
}

/** It may have been added all the same; once more does no harm. */
function unsent(cause: unknown): HoldfastError {
  return new HoldfastError(
    'queues-unreachable',
    `the queue Redis did not take it: ${messageOf(cause)}`,
    { retryable: true, cause },
  );
}

function asHoldfast(cause: unknown): HoldfastError {
  const { problems = [], ...details } = cause instanceof AppError ? cause.details : {};
  return new HoldfastError(codeOf(cause), messageOf(cause), {
    problems: problems as readonly Problem[],
    details,
    cause,
  });
}
