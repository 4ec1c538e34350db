import { type Backoff, backoffMs } from '../kernel/index.ts';
import type { HoldfastError } from './holdfast-error.ts';

/** What one try has come to. A failure is a value here: only the last one is thrown. */
export type Tried<Answer> = { readonly done: Answer } | FailedTry;

export interface FailedTry {
  readonly failed: HoldfastError;
  /** How long the other side asked us to stay away. */
  readonly afterMs?: number;
  /** Chance in [0, 1), drawn once for a whole envelope, so that its calls come back together. */
  readonly chance: number;
}

/** How a call waits between its tries. */
export interface Patience {
  readonly backoff: Backoff;
  /** Looks once more shortly before the end, which only a look may do that burdens nobody. */
  readonly toTheEnd: boolean;
}

export const MENDING: Patience = { backoff: { firstMs: 50, capMs: 5000 }, toTheEnd: false };
export const WATCHING: Patience = { backoff: { firstMs: 40, capMs: 500 }, toTheEnd: true };

const LAST_LOOK_MS = 20;

/**
 * How long to wait after so many tries, never less than the other side asked for; null when that
 * is longer than the call may take.
 */
export function waitBefore(
  tries: number,
  { afterMs = 0, chance }: FailedTry,
  { backoff, toTheEnd }: Patience,
  leftMs: number,
): number | null {
  const waitMs = afterMs + backoffMs(tries - 1, backoff, () => chance);
  if (waitMs < leftMs) return waitMs;
  const sooner = leftMs / 2;
  return toTheEnd && sooner > afterMs && leftMs > LAST_LOOK_MS ? sooner : null;
}
