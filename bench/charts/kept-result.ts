import type { BenchResult } from '../bench-program.ts';
import { type Sample, perSecond } from '../contender.ts';
import { median } from '../percentiles.ts';
import type { Series } from '../rounds.ts';

/** A result as the benchmark writes it into a file. */
export interface KeptResult extends BenchResult {
  readonly at: string;
}

/** In the order they are named; those that were not measured are left out. */
export function seriesNamed(
  { series }: KeptResult,
  names: readonly string[],
): { readonly name: string; readonly samples: readonly Sample[] }[] {
  return names.flatMap((name) => {
    const found = series.find((one) => one.name === name);
    return found ?? series.find((one) => one.name.startsWith(`${name} (`)) ?? [];
  });
}

/** The middle of all rounds; null when no round has it. */
export function middleOf(
  { samples }: Series,
  pick: (sample: Sample) => number | null | undefined,
): number | null {
  const values = samples.flatMap((sample) => pick(sample) ?? []);
  return values.length === 0 ? null : median(values);
}

export function ratesOf({ samples }: Series): readonly number[] {
  return samples.map(perSecond);
}
