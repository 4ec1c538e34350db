import type { Random } from './random.ts';

export interface Backoff {
  /** The longest first wait, in milliseconds. */
  readonly firstMs: number;
  /** No wait is longer than this. */
  readonly capMs: number;
}

/** Full jitter: anywhere between half of the step and the step, which doubles up to the cap. */
export function backoffMs(attempt: number, { firstMs, capMs }: Backoff, random: Random): number {
  const step = Math.min(capMs, firstMs * 2 ** Math.min(Math.max(attempt, 0), 30));
  return Math.round(step / 2 + (step / 2) * random());
}
