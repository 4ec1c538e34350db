import { playCampaign } from './chaos-campaign.ts';
import { chaosMutantCopy } from './chaos-mutant-copy.ts';
import type { ChaosMutant } from './chaos-mutants.ts';
import type { SeedSize } from './play-seed.ts';

export interface Hunt {
  readonly mutant: ChaosMutant;
  readonly seeds: readonly number[];
  readonly lanes: number;
  readonly size: SeedSize;
  readonly root: string;
  readonly signal: AbortSignal;
}

export interface Caught {
  readonly mutant: string;
  readonly played: number;
  /** Undefined when it lived through all of them. */
  readonly seed: number | undefined;
  /** By which invariants, and how often each was broken. */
  readonly by: Readonly<Record<string, number>>;
  readonly what: string;
}

/** Plays seeds with a spoilt system until one of them says so. */
export async function huntMutant(hunt: Hunt): Promise<Caught> {
  const { mutant, root } = hunt;
  const copy = await chaosMutantCopy(mutant, root);
  let caught: Caught = { mutant: mutant.name, played: 0, seed: undefined, by: {}, what: '' };
  try {
    await playCampaign({
      ...hunt,
      root: copy.root,
      databaseArgs: mutant.databaseArgs ?? [],
      tell: ({ seed, broken }) => {
        caught = { ...caught, played: caught.played + 1 };
        const [first] = broken;
        if (!first || caught.seed !== undefined) return caught.seed === undefined;
        const by: Record<string, number> = {};
        for (const { id } of broken) by[id] = (by[id] ?? 0) + 1;
        caught = { ...caught, seed, by, what: `${first.id}: ${first.what}` };
        return false;
      },
    });
  } finally {
    await copy.remove();
  }
  return caught;
}

/** One line of the kill matrix. */
export function matrixLine(mutant: ChaosMutant, { seed, played, by }: Caught): string {
  const found = Object.entries(by)
    .map(([id, times]) => `${id} (${times})`)
    .join(', ');
  const verdict = seed === undefined ? `lived through ${played}` : `seed ${seed}: ${found}`;
  const why = mutant.harmless === undefined ? '' : `; harmless: ${mutant.harmless}`;
  return `| ${mutant.name} | ${mutant.breaks}${why} | ${verdict} |`;
}

/** A control that is noticed is as wrong as a mutant that is not. */
export function isAsMeant(mutant: ChaosMutant, { seed }: Caught): boolean {
  return (seed === undefined) === (mutant.harmless !== undefined);
}
