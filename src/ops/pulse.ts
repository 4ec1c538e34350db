import type { Clock } from '../kernel/index.ts';
import type { Commit, Saga, SagaStats } from '../saga/index.ts';
import { type CountedSecond, countOutcome, countTime, emptySecond } from './pulse-second.ts';
import { reserveTimes } from './reserve-times.ts';

type Counted = Pick<SagaStats, 'lockWaitMs' | 'lockRounds' | 'lockBusy'>;

export const KEPT_SECONDS = 300;

/**
 * The last minutes of this process, second by second, counted as transactions commit: to look at
 * it asks nothing of any server.
 */
export class Pulse {
  readonly close: () => void;
  private readonly clock: Clock;
  private readonly stats: SagaStats;
  private seconds: CountedSecond[] = [];
  private counted: Counted;

  constructor(saga: Pick<Saga, 'onCommit' | 'stats'>, clock: Clock) {
    this.clock = clock;
    this.stats = saga.stats;
    this.counted = { ...saga.stats };
    this.close = saga.onCommit((commit) => this.count(commit));
  }

  /** From that second on; the last may still be going on. */
  since(at: number): readonly CountedSecond[] {
    this.settleLocks(this.now());
    return this.seconds.filter((one) => one.at >= at);
  }

  /** Later than that second, and over: nothing is added to them any more. */
  overSince(at: number): readonly CountedSecond[] {
    const open = this.now();
    return this.seconds.filter((one) => one.at > at && one.at < open.at);
  }

  private count(commit: Commit): void {
    const second = this.now();
    second.batches += 1;
    second.events += commit.events;
    second.largest = Math.max(second.largest, commit.events);
    for (const { from, order } of commit.orders) {
      if (from !== order.state) countOutcome(second, order.state);
    }
    for (const seconds of reserveTimes(commit)) countTime(second, seconds);
  }

  private now(): CountedSecond {
    const at = Math.floor(this.clock.wallMs() / 1000);
    const last = this.seconds.at(-1);
    // A clock that was set back goes on in the second it had come to.
    if (last && last.at >= at && last.at - at < KEPT_SECONDS) return last;
    if (last) this.settleLocks(last);
    const second = emptySecond(at);
    this.seconds = [...this.seconds.filter((one) => one.at > at - KEPT_SECONDS), second];
    return second;
  }

  private settleLocks(second: CountedSecond): void {
    const { lockWaitMs, lockRounds, lockBusy } = this.stats;
    second.lockWaitMs += lockWaitMs - this.counted.lockWaitMs;
    second.lockRounds += lockRounds - this.counted.lockRounds;
    second.lockBusy += lockBusy - this.counted.lockBusy;
    this.counted = { lockWaitMs, lockRounds, lockBusy };
  }
}
