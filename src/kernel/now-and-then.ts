import type { Clock } from './clock.ts';
import type { LogFields, Logger } from './log.ts';

/**
 * A warning for something that may happen thousands of times a second while a server is away:
 * written at once, then at most once a period, with how often it happened.
 */
export function warnNowAndThen(
  logger: Logger,
  clock: Clock,
  message: string,
  periodMs = 5000,
): (fields: LogFields) => void {
  let times = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  return (fields) => {
    times += 1;
    if (clock.monotonicMs() - lastMs < periodMs) return;
    lastMs = clock.monotonicMs();
    logger.warn(message, { ...fields, times });
  };
}
