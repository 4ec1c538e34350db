import type { Clock } from '../kernel/index.ts';
import type { Check } from './health-check.ts';
import type { Reading } from './reading.ts';
import type { QueueState } from './readings.ts';

export interface QueueHealth extends Check {
  /** How long the oldest waiting job of any queue has waited; 0 when none does. */
  readonly oldestWaitingSeconds?: number;
  readonly counts?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** As long as the watchdog of a worker gives it. */
const STUCK_SECONDS = 60;

export async function queueHealth(
  reading: Reading<readonly QueueState[]>,
  clock: Clock,
): Promise<QueueHealth> {
  const found = await reading.read();
  if (!found.ok) return found;
  const ages = found.value.map((state) => waitingSeconds(state, clock));
  const oldestWaitingSeconds = Math.max(0, ...ages);
  const stuck = found.value.filter((_, index) => (ages[index] ?? 0) > STUCK_SECONDS);
  const names = stuck.map(({ queue }) => queue).join(', ');
  return {
    ok: stuck.length === 0,
    ms: found.ms,
    oldestWaitingSeconds,
    counts: Object.fromEntries(found.value.map(({ queue, counts }) => [queue, counts])),
    ...(stuck.length === 0 ? {} : { error: `jobs wait and none is taken: ${names}` }),
  };
}

export function waitingSeconds({ oldestAtMs }: QueueState, clock: Clock): number {
  return oldestAtMs === null ? 0 : Math.max(0, Math.round(clock.wallMs() - oldestAtMs) / 1000);
}
