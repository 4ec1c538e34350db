import type { Check } from './health-check.ts';
import type { Reading } from './reading.ts';
import type { LockNodeState } from './readings.ts';

export interface LockHealth extends Check {
  readonly up?: number;
  readonly needed?: number;
  readonly nodes?: readonly LockNodeState[];
}

/** With a quorum all is well, whichever nodes make it up. */
export async function lockHealth(reading: Reading<readonly LockNodeState[]>): Promise<LockHealth> {
  const found = await reading.read();
  if (!found.ok) return found;
  const { up, needed } = quorumOf(found.value);
  const ok = up >= needed;
  return {
    ok,
    ms: found.ms,
    up,
    needed,
    nodes: found.value,
    ...(ok ? {} : { error: 'no quorum; orders go on under row locks alone' }),
  };
}

export function quorumOf(nodes: readonly LockNodeState[]): { up: number; needed: number } {
  return {
    up: nodes.filter(({ ok }) => ok).length,
    needed: Math.floor(nodes.length / 2) + 1,
  };
}
