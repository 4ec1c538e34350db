import { Queue, type QueueOptions } from 'bullmq';
import { messageOf } from '../kernel/index.ts';

/**
 * A queue of BullMQ that has met its server. One that could not is given up: it would answer
 * everything with that first error for as long as the process lives, also when the server is back.
 */
export async function usableQueue(
  name: string,
  options: QueueOptions,
  onError: (error: Error) => void,
): Promise<Queue> {
  const queue = new Queue(name, { ...options, skipWaitingForReady: true });
  queue.on('error', onError);
  try {
    await queue.waitUntilReady();
    return queue;
  } catch (error) {
    await queue.close().catch((problem: unknown) => onError(new Error(messageOf(problem))));
    throw error;
  }
}
