import type { Hold } from './lock-load.ts';

/** How evenly a lock went to those who wanted it. */
export interface Fairness {
  readonly least: number;
  readonly most: number;
  /** Standard deviation beside the mean: 0 when all had it equally often. */
  readonly variation: number;
  /** Those who never had it. */
  readonly starved: number;
}

export function fairnessOf(holds: readonly Hold[], waiters: number): Fairness {
  const counts = Array.from({ length: waiters }, () => 0);
  for (const { waiter } of holds) counts[waiter] = (counts[waiter] ?? 0) + 1;
  const mean = holds.length / waiters;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / waiters;
  return {
    least: Math.min(...counts),
    most: Math.max(...counts),
    variation: mean === 0 ? 0 : Math.sqrt(variance) / mean,
    starved: counts.filter((count) => count === 0).length,
  };
}
