import type { Clock } from '../kernel/index.ts';

export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export function momentOf(clock: Clock): Moment {
  return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
}

/** Servers and we may disagree on how long a ttl takes: one part in a hundred, and rounding. */
const DRIFT = 0.01;
const ROUNDING_MS = 2;

/** So far may a server's clock and ours come apart within a ttl without any harm. */
export function driftMs(ttlMs: number): number {
  return ttlMs * DRIFT + ROUNDING_MS;
}

/**
 * Until when this process may act as the holder, by two clocks: the monotonic one, since the wall
 * clock can be set back, and the wall clock, since the monotonic one stands still while the
 * machine sleeps. Whichever says that time is up is right.
 */
export class LockDeadline {
  readonly #clock: Clock;
  readonly #validMs: number;
  #wallEnd = 0;
  #monotonicEnd = 0;

  constructor(clock: Clock, ttlMs: number, sentAt: Moment) {
    this.#clock = clock;
    this.#validMs = ttlMs - driftMs(ttlMs);
    this.countFrom(sentAt);
  }

  /** The servers said yes to a question sent then; they got it later, so they keep it longer. */
  countFrom(sentAt: Moment): void {
    this.#wallEnd = sentAt.wallMs + this.#validMs;
    this.#monotonicEnd = sentAt.monotonicMs + this.#validMs;
  }

  remainingMs(): number {
    return Math.max(0, Math.min(this.#leftByWall(), this.#leftByMonotonic()));
  }

  /** Is time up by the wall clock alone? The two differ by a hair when nothing has happened. */
  endedByJump(): boolean {
    return this.#leftByWall() <= 0 && this.#leftByMonotonic() > this.#validMs * DRIFT + ROUNDING_MS;
  }

  #leftByWall(): number {
    return this.#wallEnd - this.#clock.wallMs();
  }

  #leftByMonotonic(): number {
    return this.#monotonicEnd - this.#clock.monotonicMs();
  }
}
