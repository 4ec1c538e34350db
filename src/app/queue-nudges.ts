import { type Clock, type Logger, messageOf, millisOf, warnNowAndThen } from '../kernel/index.ts';
import { PRE_DEDUCT_MAX, type Queues } from '../queues/index.ts';
import type { Nudges } from '../saga/index.ts';

const ALARMS_REMEMBERED = 5000;

export interface QueueNudges extends Nudges {
  /** Resolves when every nudge so far has been sent or given up. */
  settled(): Promise<void>;
}

export interface QueueNudgesOptions {
  readonly queues: Queues;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Looks at orders here and now, since no worker could be told of them. */
  readonly lookHere: (orderIds: readonly string[]) => Promise<void>;
}

/**
 * Nudges as jobs. Orders that nobody could be told of are looked at in this process, so that they
 * are decided as fast without Redis; for an alarm that is lost there is the sweep.
 */
export function createQueueNudges(options: QueueNudgesOptions): QueueNudges {
  const { queues, logger, clock, lookHere } = options;
  const underWay = new Set<Promise<void>>();
  const alarms = new Set<number>();
  const warnLost = warnNowAndThen(
    logger,
    clock,
    'nudges were lost; their orders are looked at here, or found by the sweep',
  );
  const send = (what: string, sending: Promise<void>, instead?: () => Promise<void>): void => {
    const attempt = sending
      .catch(async (error: unknown) => {
        warnLost({ what, error: messageOf(error) });
        await instead?.();
      })
      .finally(() => underWay.delete(attempt));
    underWay.add(attempt);
  };
  return {
    reserve: (orderIds) => {
      for (let from = 0; from < orderIds.length; from += PRE_DEDUCT_MAX) {
        const page = orderIds.slice(from, from + PRE_DEDUCT_MAX);
        const sending = queues.add('pre-deduct', [{ orderIds: page }]);
        send('pre-deduct', sending, () => lookHere(page));
      }
    },
    wakeAt: (seconds, now) => {
      for (const second of seconds) {
        if (alarms.has(second)) continue;
        alarms.add(second);
        send('delayed-timeout', queues.addAlarm(second * 1000, second * 1000 - millisOf(now)));
      }
      for (const second of alarms) {
        if (alarms.size <= ALARMS_REMEMBERED) break;
        alarms.delete(second);
      }
    },
    settled: async () => {
      await Promise.all(underWay);
    },
  };
}
