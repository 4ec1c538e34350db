import type { Queue } from 'bullmq';
import type { RedisClient } from '../redis/index.ts';
import { QUEUE_NAMES } from './queue-contract.ts';
import { usableQueue } from './usable-queue.ts';

export interface BoardQueuesOptions {
  /** A ready connection of the `producer` role; it stays the caller's. */
  readonly connection: RedisClient;
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}

/** The queues as BullMQ has them, for a board that looks at them and pauses them. */
export async function openBoardQueues(options: BoardQueuesOptions): Promise<readonly Queue[]> {
  const { connection, prefix, onError } = options;
  // To look changes nothing, and so writes no metadata.
  const own = { connection, prefix, skipMetasUpdate: true };
  return await Promise.all(QUEUE_NAMES.map((name) => usableQueue(name, own, onError)));
}
