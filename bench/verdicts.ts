import { perSecond, type Sample } from './contender.ts';
import { allOf } from './cpu-clock.ts';
import { median } from './percentiles.ts';
import type { Series } from './rounds.ts';

export interface Verdict {
  readonly what: string;
  readonly value: number;
  readonly must: number | null;
  readonly aim: number | null;
  /** Must and aim are the most it may be, not the least. */
  readonly atMost?: boolean;
  readonly holds: boolean;
  readonly reached: boolean;
}

/** What is compared: orders in a second, processor time for an order, or the 99th percentile. */
export type Figure = 'rate' | 'cpu' | 'p99';

export interface RatioRule {
  readonly what: string;
  /** Names of contenders, or how they begin. */
  readonly of: string;
  readonly to: string;
  /** Of rates more is better, of the others less. Default: rate. */
  readonly figure?: Figure;
  readonly must?: number | undefined;
  readonly aim?: number | undefined;
}

/** What is asked of a run, and whose books are ours. */
export interface Rules {
  readonly ratios: readonly RatioRule[];
  readonly ours: RegExp;
}

/** Rules whose contenders were not measured are left out: with `--only` that is what was asked. */
export function judge(series: readonly Series[], { ratios, ours }: Rules): Verdict[] {
  return [
    ...ratios.flatMap((rule) => judgeRatio(rule, series)),
    ...judgeBooks(series.filter(({ name }) => ours.test(name))),
  ];
}

/** Holds a value against its limits, which it may reach. */
export function verdictOf(
  what: string,
  value: number,
  { must, aim, atMost = false }: Pick<RatioRule, 'must' | 'aim'> & { readonly atMost?: boolean },
): Verdict {
  const keeps = (limit: number | undefined) =>
    limit === undefined || (atMost ? value <= limit : value >= limit);
  const limits = { must: must ?? null, aim: aim ?? null, atMost };
  return { what, value, ...limits, holds: keeps(must), reached: keeps(aim) };
}

function judgeRatio(rule: RatioRule, series: readonly Series[]): Verdict[] {
  const { what, of, to, figure = 'rate', must, aim } = rule;
  const ours = find(series, of);
  const theirs = find(series, to);
  if (!ours || !theirs) return [];
  const value = medianRatio(ours, theirs, figure);
  // A figure that nobody could take, such as processor time without /proc, is no verdict.
  if (Number.isNaN(value)) return [];
  return [verdictOf(what, value, { must, aim, atMost: figure !== 'rate' })];
}

function find(series: readonly Series[], name: string): Series | undefined {
  return series.find((one) => one.name === name) ?? series.find((one) => one.name.startsWith(name));
}

/** The ratio is taken within each round: what slows the machine for a while slows both. */
export function medianRatio(ours: Series, theirs: Series, figure: Figure = 'rate'): number {
  const figures = ({ samples }: Series) => samples.map((sample) => figureOf(sample, figure));
  return medianOfRatios(figures(ours), figures(theirs));
}

function figureOf(sample: Sample, figure: Figure): number {
  switch (figure) {
    case 'rate':
      return perSecond(sample);
    case 'cpu':
      return sample.cpu ? allOf(sample.cpu) / sample.orders : Number.NaN;
    case 'p99':
      return sample.latencyMs?.p99 ?? Number.NaN;
  }
}

export function medianOfRatios(ours: readonly number[], theirs: readonly number[]): number {
  return median(
    ours.flatMap((value, round) => {
      const ratio = value / (theirs[round] ?? Number.NaN);
      return Number.isNaN(ratio) ? [] : [ratio];
    }),
  );
}

function judgeBooks(ours: readonly Series[]): Verdict[] {
  const books = ours.flatMap(({ samples }) => samples.flatMap((sample) => sample.books ?? []));
  const total = (pick: 'oversold' | 'leaked'): Verdict => {
    const value = books.reduce((sum, one) => sum + one[pick], 0);
    return verdictOf(`${pick} units`, value, { must: 0, atMost: true });
  };
  return books.length === 0 ? [] : [total('oversold'), total('leaked')];
}
