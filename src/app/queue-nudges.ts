import { type Clock, type Logger, messageOf, millisOf, warnNowAndThen } from '../kernel/index.ts';
import { PRE_DEDUCT_MAX, type Queues } from '../queues/index.ts';
import type { Nudges } from '../saga/index.ts';

const ALARMS_REMEMBERED = 5000;

export interface QueueNudges extends Nudges {
  /** Resolves when every nudge so far has been sent or given up. */
  settled(): Promise<void>;
}

/** Nudges as jobs. One that cannot be sent is counted and forgotten: the sweep finds its order. */
export function createQueueNudges(queues: Queues, logger: Logger, clock: Clock): QueueNudges {
  const underWay = new Set<Promise<void>>();
  const alarms = new Set<number>();
  const warnLost = warnNowAndThen(
    logger,
    clock,
    'nudges were lost; the sweep will find their orders',
  );
  const send = (what: string, sending: Promise<void>): void => {
    const attempt = sending
      .catch((error: unknown) => {
        warnLost({ what, error: messageOf(error) });
      })
      .finally(() => underWay.delete(attempt));
    underWay.add(attempt);
  };
  return {
    reserve: (orderIds) => {
      for (let from = 0; from < orderIds.length; from += PRE_DEDUCT_MAX) {
        const page = orderIds.slice(from, from + PRE_DEDUCT_MAX);
        send('pre-deduct', queues.add('pre-deduct', [{ orderIds: page }]));
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
