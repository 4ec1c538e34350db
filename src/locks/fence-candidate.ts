import { AppError, type Clock } from '../kernel/index.ts';

/** Doubles count exactly below 2^53, which microseconds reach in the year 2255. */
const HIGHEST = Number.MAX_SAFE_INTEGER - 1_000_000;

/**
 * The number to ask for. When it is above every counter, all nodes answer with it and one round
 * trip does. A slow clock costs a second round trip at most, never the order: the nodes count up.
 */
export class FenceCandidate {
  readonly #clock: Clock;
  #seen = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A counter on some node stands this high. */
  saw(fence: number): void {
    if (fence > this.#seen) this.#seen = fence;
  }

  next(above: bigint | undefined): number {
    let candidate = Math.max(this.#clock.wallMs() * 1000, this.#seen + 1);
    candidate = Math.floor(candidate);
    if (above !== undefined && above >= BigInt(candidate)) candidate = Number(above) + 1;
    if (candidate <= HIGHEST) return candidate;
    throw new AppError(
      'fence-out-of-range',
      `A fence above ${above ?? this.#seen} was asked for, allowed is up to ${HIGHEST}; ` +
        'some counter or clock is far in the future',
      { details: { above: above?.toString() ?? null, seen: this.#seen } },
    );
  }
}
