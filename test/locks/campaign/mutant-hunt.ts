import { inMemory } from './fenced-register.ts';
import { playCampaign, type RunResult } from './lock-campaign.ts';
import type { Mutant } from './lock-mutants.ts';
import { mutatedCopy } from './mutated-copy.ts';

export interface Hunt {
  readonly mutant: Mutant;
  readonly seeds: readonly number[];
  readonly lanes: number;
  /** Ends with the first run that finds it out. */
  readonly firstOnly: boolean;
  readonly signal?: AbortSignal;
}

/** Plays the runs with spoilt locks; answers those that broke a promise, by seed. */
export async function huntMutant(hunt: Hunt): Promise<RunResult[]> {
  const { mutant, seeds, firstOnly, signal } = hunt;
  const copy = await mutatedCopy(mutant);
  const caught: RunResult[] = [];
  try {
    const lane = { contender: copy.contender, register: inMemory };
    await playCampaign({
      seeds,
      lanes: Array.from({ length: hunt.lanes }, () => lane),
      tell: (result) => {
        if (result.broken.length > 0) caught.push(result);
        return !(firstOnly && caught.length > 0);
      },
      ...(signal && { signal }),
    });
  } finally {
    await copy.remove();
  }
  return caught.toSorted((a, b) => a.seed - b.seed);
}
