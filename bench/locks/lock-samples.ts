import type { Fairness } from './fairness.ts';

/** One measurement of one contender. */
export interface LockSample {
  readonly seconds: number;
  /** Taken and given back, or handed on to another waiter. */
  readonly done: number;
  /** Of taking and giving back together, in microseconds. */
  readonly latencyUs: { readonly p50: number; readonly p99: number } | null;
  /** Round trips one after another, for each lock taken. */
  readonly trips: number | null;
  /** Commands that the Redis servers were sent, for each lock taken. */
  readonly commands: number | null;
  readonly contest: ContestFigures | null;
}

export interface ContestFigures extends Fairness {
  readonly waiters: number;
  /** Also by the one who had it before. */
  readonly taken: number;
  readonly failed: number;
  readonly violations: number;
}

export interface LockSeries {
  readonly name: string;
  /** One for each round, in order of rounds. */
  readonly samples: readonly LockSample[];
}

export function rateOf({ done, seconds }: LockSample): number {
  return done / seconds;
}

/** For a quotient: of what did not happen once, one can only say that it is rarer than that. */
export function rateAtMost({ done, seconds }: LockSample): number {
  return Math.max(1, done) / seconds;
}
