import type { LockStats, TryOutcome } from './lock.ts';
import { type LossReason, lossReasons } from './lock-loss.ts';

type Counted = Exclude<LossReason, 'released'>;

/** Counts what becomes of locks. */
export class LockCounts {
  #acquired = 0;
  #busy = 0;
  #unreachable = 0;
  #aborted = 0;
  #waitMs = 0;
  #holdMs = 0;
  #fence = 0n;
  readonly #lost = new Map<Counted, number>();

  answered(outcome: TryOutcome, ms: number): void {
    this.#waitMs += ms;
    if (outcome.kind === 'busy') this.#busy += 1;
    else if (outcome.kind === 'unreachable') this.#unreachable += 1;
    else {
      this.#acquired += 1;
      if (outcome.held.fence > this.#fence) this.#fence = outcome.held.fence;
    }
  }

  aborted(ms: number): void {
    this.#waitMs += ms;
    this.#aborted += 1;
  }

  lost(reason: LossReason): void {
    if (reason !== 'released') this.#lost.set(reason, (this.#lost.get(reason) ?? 0) + 1);
  }

  ended(ms: number): void {
    this.#holdMs += ms;
  }

  seen(trips: number, clockJumps: number): LockStats {
    const counted = lossReasons.filter((reason) => reason !== 'released');
    return {
      acquired: this.#acquired,
      busy: this.#busy,
      unreachable: this.#unreachable,
      aborted: this.#aborted,
      lost: Object.fromEntries(
        counted.map((reason) => [reason, this.#lost.get(reason) ?? 0]),
      ) as LockStats['lost'],
      waitMs: this.#waitMs,
      holdMs: this.#holdMs,
      trips,
      clockJumps,
      fence: this.#fence,
    };
  }
}
