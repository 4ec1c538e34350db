import { Queue } from 'bullmq';
import type { RedisClient } from '../redis/index.ts';
import { QUEUE_NAMES } from './queue-contract.ts';

export interface BoardQueuesOptions {
  /** A ready connection of the `producer` role; it stays the caller's. */
  readonly connection: RedisClient;
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}

/**
 * The queues as BullMQ has them, for a board that looks at them and pauses them. To be made only
 * once the server answers: one that is made before never recovers.
 */
export function openBoardQueues(options: BoardQueuesOptions): readonly Queue[] {
  const { connection, prefix, onError } = options;
  return QUEUE_NAMES.map((name) => {
    const queue = new Queue(name, {
      connection,
      prefix,
      skipWaitingForReady: true,
      skipMetasUpdate: true, // to look changes nothing
    });
    queue.on('error', onError);
    return queue;
  });
}
