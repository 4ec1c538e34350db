import type { Logger } from './log.ts';
import { messageOf } from './app-error.ts';
import { pause } from './pause.ts';
import type { Random } from './random.ts';
import type { Service } from './service.ts';

export interface PeriodicWork {
  readonly name: string;
  readonly periodMs: number;
  /** What the log says when it went wrong this time. */
  readonly trouble: string;
  work(ending: AbortSignal): Promise<void>;
  readonly logger: Logger;
  readonly random: Random;
}

/** Works again and again until it is stopped; what went wrong is told, and tried again. */
export function createPeriodicService(options: PeriodicWork): Service {
  const { name, periodMs, trouble, logger, random } = options;
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();
  // Half a period of jitter keeps processes that started together from doing so together.
  const nextMs = () => periodMs * (0.75 + random() / 2);
  const run = async (): Promise<void> => {
    while ((await pause(nextMs(), ending.signal)) === 'elapsed') {
      try {
        await options.work(ending.signal);
      } catch (error) {
        logger.warn(trouble, { error: messageOf(error) });
      }
    }
  };
  return {
    name,
    start: async () => {
      running = run();
    },
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
