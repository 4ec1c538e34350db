import type { Check } from './health-check.ts';
import type { Reading } from './reading.ts';

export interface SweepHealth extends Check {
  /** How long the oldest due order is overdue. */
  readonly lagSeconds?: number;
}

/** The sweep waits up to 5 s for each page; this late, it has fallen back. */
const LATE_MS = 15_000;
const LATE_PERIODS = 5;

export async function sweepHealth(reading: Reading<number>, sweepMs: number): Promise<SweepHealth> {
  const found = await reading.read();
  if (!found.ok) return found;
  const lagSeconds = Math.round(found.value / 100) / 10;
  const limitMs = Math.max(LATE_MS, LATE_PERIODS * sweepMs);
  if (found.value <= limitMs) return { ok: true, ms: found.ms, lagSeconds };
  const error = `a due order has waited longer than ${limitMs / 1000} s; is a worker running?`;
  return { ok: false, ms: found.ms, lagSeconds, error };
}
