import {
  AppError,
  type Clock,
  type Logger,
  messageOf,
  millisOf,
  pause,
  warnNowAndThen,
} from '../kernel/index.ts';
import { PRE_DEDUCT_MAX, type Queues } from '../queues/index.ts';
import type { Nudges } from '../saga/index.ts';

const ALARMS_REMEMBERED = 5000;
/** How long Redis may take for a nudge; one that takes longer counts as lost. */
const PATIENCE_MS = 1000;
/** While Redis is away it is asked this often whether it is back, and not for each nudge. */
const ASK_AGAIN_MS = 1000;
/** A nudge sent so shortly before Redis went away may not have reached anybody. */
const RECENT_MS = 3000;

export interface QueueNudges extends Nudges {
  /** Resolves when every nudge so far has been sent or given up. */
  settled(): Promise<void>;
}

export interface QueueNudgesOptions {
  readonly queues: Pick<Queues, 'add' | 'addAlarm'>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Looks at orders here and now, since no worker could be told of them. */
  readonly lookHere: (orderIds: readonly string[]) => Promise<void>;
  /** Default 1 s. */
  readonly patienceMs?: number;
}

/**
 * Nudges as jobs. Orders that nobody could be told of are looked at in this process, so that they
 * are decided as fast without Redis; for an alarm that is lost there is the sweep.
 *
 * Once a nudge was lost, Redis is taken to be away: orders are looked at here from the start, and
 * a single nudge each second finds out whether it is back. So however long it is away, and however
 * it fails, next to nothing waits for it.
 */
export function createQueueNudges(options: QueueNudgesOptions): QueueNudges {
  return new NudgesByQueue(options);
}

class NudgesByQueue implements QueueNudges {
  private readonly options: QueueNudgesOptions;
  private readonly underWay = new Set<Promise<void>>();
  private readonly alarms = new Set<number>();
  private readonly warnLost: (fields: { readonly error: string }) => void;
  private recent: { readonly orderIds: readonly string[]; readonly sentMs: number }[] = [];
  /** When to ask again whether it is back; null while it is there. */
  private askAgainMs: number | null = null;

  constructor(options: QueueNudgesOptions) {
    this.options = options;
    this.warnLost = warnNowAndThen(
      options.logger,
      options.clock,
      'nudges were lost; their orders are looked at here, or found by the sweep',
    );
  }

  reserve(orderIds: readonly string[]): void {
    for (let from = 0; from < orderIds.length; from += PRE_DEDUCT_MAX) {
      this.nudge(orderIds.slice(from, from + PRE_DEDUCT_MAX));
    }
  }

  wakeAt(seconds: readonly number[], now: Parameters<Nudges['wakeAt']>[1]): void {
    const { queues } = this.options;
    for (const second of seconds) {
      // A second that is skipped here is asked for by the next order that wants it.
      if (this.alarms.has(second) || !this.mayAsk()) continue;
      this.alarms.add(second);
      const sending = queues.addAlarm(second * 1000, second * 1000 - millisOf(now));
      this.follow(sending, () => this.alarms.delete(second));
    }
    for (const second of this.alarms) {
      if (this.alarms.size <= ALARMS_REMEMBERED) break;
      this.alarms.delete(second);
    }
  }

  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private nudge(orderIds: readonly string[]): void {
    const { queues, clock } = this.options;
    const isAway = this.askAgainMs !== null;
    if (isAway) this.lookHere(orderIds);
    else this.remember(orderIds, clock.monotonicMs());
    // Those that were remembered are looked at when this one is lost.
    if (this.mayAsk()) this.follow(queues.add('pre-deduct', [{ orderIds }]));
  }

  private remember(orderIds: readonly string[], nowMs: number): void {
    const old = this.recent.findIndex(({ sentMs }) => sentMs >= nowMs - RECENT_MS);
    if (old !== 0) this.recent = old < 0 ? [] : this.recent.slice(old);
    this.recent.push({ orderIds, sentMs: nowMs });
  }

  /** True when Redis is there, and for one question each second when it is away. */
  private mayAsk(): boolean {
    if (this.askAgainMs === null) return true;
    const now = this.options.clock.monotonicMs();
    if (now < this.askAgainMs) return false;
    this.askAgainMs = now + ASK_AGAIN_MS;
    return true;
  }

  private follow(sending: Promise<void>, whenLost?: () => void): void {
    this.watch(
      inTime(sending, this.options.patienceMs ?? PATIENCE_MS).then(
        () => {
          this.askAgainMs = null;
        },
        (error: unknown) => {
          this.warnLost({ error: messageOf(error) });
          whenLost?.();
          this.isAway();
        },
      ),
    );
  }

  private isAway(): void {
    this.askAgainMs = this.options.clock.monotonicMs() + ASK_AGAIN_MS;
    const { recent } = this;
    this.recent = [];
    for (const { orderIds } of recent) this.lookHere(orderIds);
  }

  private lookHere(orderIds: readonly string[]): void {
    const { lookHere, logger } = this.options;
    this.watch(
      lookHere(orderIds).catch((error: unknown) => {
        logger.warn('orders could not be looked at here; the sweep finds them', {
          error: messageOf(error),
        });
      }),
    );
  }

  private watch(work: Promise<void>): void {
    const watched = work.finally(() => this.underWay.delete(watched));
    this.underWay.add(watched);
  }
}

/** What comes after its time is of no interest any more, not even its failure. */
async function inTime(sending: Promise<void>, limitMs: number): Promise<void> {
  const done = new AbortController();
  const late = pause(limitMs, done.signal).then((how) => {
    if (how === 'elapsed') throw new AppError('queues-unreachable', `no answer in ${limitMs} ms`);
  });
  try {
    await Promise.race([sending, late]);
  } finally {
    done.abort();
  }
}
