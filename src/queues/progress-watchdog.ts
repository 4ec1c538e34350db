import { type Clock, type Logger, messageOf, pause, type Service } from '../kernel/index.ts';
import type { Queues } from './queue-producer.ts';
import type { QueueWorker } from './queue-worker.ts';

export interface ProgressWatchdogOptions {
  readonly workers: readonly QueueWorker[];
  readonly queues: Pick<Queues, 'oldestWaitingMs' | 'isPaused'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Jobs wait, this process has room, and it has taken none for this long. Default 60 s. */
  readonly stuckMs?: number;
  readonly periodMs?: number;
  readonly onStuck: (queue: string) => void;
}

/**
 * Notices a worker that is connected and takes nothing: a state BullMQ has got into after outages
 * more than once. The only cure is a new process, so that is what `onStuck` is for. From a queue
 * that somebody has paused nothing is to be taken: that is no such state, and no time that counts.
 */
export function createProgressWatchdog(options: ProgressWatchdogOptions): Service {
  const { clock, logger, stuckMs = 60_000, periodMs = 10_000 } = options;
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const pausedMs = new Map<string, number>();
  const look = async (): Promise<void> => {
    for (const worker of options.workers) {
      const now = clock.monotonicMs();
      const idleMs = now - Math.max(worker.lastTakenMs(), pausedMs.get(worker.queue) ?? 0);
      if (idleMs < stuckMs || !worker.hasRoom()) continue;
      const since = await options.queues.oldestWaitingMs(worker.queue);
      if (since === null || clock.wallMs() - since < stuckMs) continue;
      if (await options.queues.isPaused(worker.queue)) {
        pausedMs.set(worker.queue, now);
        continue;
      }
      logger.error('jobs wait and none is taken', { queue: worker.queue, idleMs });
      options.onStuck(worker.queue);
    }
  };
  return {
    name: 'progress watchdog',
    start: async () => {
      running = (async () => {
        while ((await pause(periodMs, ending.signal)) === 'elapsed') {
          await look().catch((error: unknown) => {
            // Redis is away: that is not a worker that is stuck, and others report it.
            logger.debug('progress could not be looked at', { error: messageOf(error) });
          });
        }
      })();
    },
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
