import type { Clock } from '../kernel/index.ts';
import type { OrderState } from '../orders/index.ts';
import type { Commit, Saga, SagaStats } from '../saga/index.ts';
import { reserveTimes } from './saga-metrics.ts';

/** What this process did in one second; what it did not do is left out. */
export interface PulseSecond {
  /** Seconds since 1970. */
  readonly at: number;
  /** Orders that reached a state, by that state. */
  readonly outcomes: Readonly<Partial<Record<OrderState, number>>>;
  /** From placed to reserved, in milliseconds; null when nothing was reserved. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly batches: number;
  readonly events: number;
  readonly largest: number;
  readonly lockWaitMs: number;
  readonly lockRounds: number;
  readonly lockBusy: number;
}

interface OpenSecond {
  readonly at: number;
  readonly outcomes: Partial<Record<OrderState, number>>;
  /** How many were reserved within each step of the scale. */
  readonly times: Map<number, number>;
  batches: number;
  events: number;
  largest: number;
  lockWaitMs: number;
  lockRounds: number;
  lockBusy: number;
}

type Counted = Pick<SagaStats, 'lockWaitMs' | 'lockRounds' | 'lockBusy'>;

const KEPT_SECONDS = 300;
/** Each step of the scale is a tenth longer than the one before, and so is the mistake. */
const STEP = Math.log(1.1);

/**
 * The last minutes of this process, second by second, counted as transactions commit: to look at
 * it asks nothing of any server.
 */
export class Pulse {
  readonly close: () => void;
  private readonly clock: Clock;
  private readonly stats: SagaStats;
  private seconds: OpenSecond[] = [];
  private counted: Counted;

  constructor(saga: Pick<Saga, 'onCommit' | 'stats'>, clock: Clock) {
    this.clock = clock;
    this.stats = saga.stats;
    this.counted = { ...saga.stats };
    this.close = saga.onCommit((commit) => this.count(commit));
  }

  /** From that second on; the last may still be going on. */
  since(at: number): readonly PulseSecond[] {
    this.settleLocks(this.now());
    return this.seconds.filter((one) => one.at >= at).map(closed);
  }

  private count(commit: Commit): void {
    const second = this.now();
    second.batches += 1;
    second.events += commit.events;
    second.largest = Math.max(second.largest, commit.events);
    for (const { from, order } of commit.orders) {
      if (from === order.state) continue;
      second.outcomes[order.state] = (second.outcomes[order.state] ?? 0) + 1;
    }
    for (const seconds of reserveTimes(commit)) {
      const step = Math.ceil(Math.log(Math.max(1, seconds * 1000)) / STEP);
      second.times.set(step, (second.times.get(step) ?? 0) + 1);
    }
  }

  private now(): OpenSecond {
    const at = Math.floor(this.clock.wallMs() / 1000);
    const last = this.seconds.at(-1);
    // A clock that was set back goes on in the second it had come to.
    if (last && last.at >= at && last.at - at < KEPT_SECONDS) return last;
    if (last) this.settleLocks(last);
    const second = emptySecond(at);
    this.seconds = [...this.seconds.filter((one) => one.at > at - KEPT_SECONDS), second];
    return second;
  }

  private settleLocks(second: OpenSecond): void {
    const { lockWaitMs, lockRounds, lockBusy } = this.stats;
    second.lockWaitMs += lockWaitMs - this.counted.lockWaitMs;
    second.lockRounds += lockRounds - this.counted.lockRounds;
    second.lockBusy += lockBusy - this.counted.lockBusy;
    this.counted = { lockWaitMs, lockRounds, lockBusy };
  }
}

function emptySecond(at: number): OpenSecond {
  const locks = { lockWaitMs: 0, lockRounds: 0, lockBusy: 0 };
  return { at, outcomes: {}, times: new Map(), batches: 0, events: 0, largest: 0, ...locks };
}

function closed({ times, lockWaitMs, ...second }: OpenSecond): PulseSecond {
  return {
    ...second,
    lockWaitMs: Math.round(lockWaitMs),
    p50: timeOf(times, 0.5),
    p99: timeOf(times, 0.99),
  };
}

function timeOf(times: ReadonlyMap<number, number>, share: number): number | null {
  let left = share * [...times.values()].reduce((sum, count) => sum + count, 0);
  for (const [step, count] of [...times].toSorted(([one], [other]) => one - other)) {
    left -= count;
    if (left <= 0) return Math.round(Math.exp(step * STEP));
  }
  return null;
}
