import { perSecond } from './contender.ts';
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

export interface RatioRule {
  readonly what: string;
  readonly of: string;
  readonly to: string;
  readonly must?: number;
  readonly aim?: number;
}

/** How fast ours has to be beside others. Names are those of contenders, or how they begin. */
const RATIOS: readonly RatioRule[] = [
  { what: 'saga: hot / many goods', of: 'saga hot', to: 'saga many', must: 0.95, aim: 1 },
  {
    what: 'reserve: nudged / lock per order',
    of: 'reserve nudged',
    to: 'lock per order',
    must: 8,
    aim: 15,
  },
  {
    what: 'reserve: one by one / lock per order',
    of: 'reserve one by one',
    to: 'lock per order',
    aim: 8,
  },
  { what: 'saga hot / empty singly', of: 'saga hot', to: 'empty singly', aim: 1 },
  { what: 'saga hot / empty bulk', of: 'saga hot', to: 'empty bulk' },
  { what: 'envelopes hot / empty singly', of: 'saga hot envelopes', to: 'empty singly', aim: 3 },
  {
    what: 'closed loop hot / empty singly',
    of: 'saga hot closed-loop',
    to: 'empty singly closed-loop',
    aim: 1,
  },
];

/** What is asked of a run, and whose books are ours. */
export interface Rules {
  readonly ratios: readonly RatioRule[];
  readonly ours: RegExp;
}

const BENCH_RULES: Rules = { ratios: RATIOS, ours: /^(saga|reserve) / };

/** Rules whose contenders were not measured are left out: with `--only` that is what was asked. */
export function judge(series: readonly Series[], { ratios, ours } = BENCH_RULES): Verdict[] {
  return [
    ...ratios.flatMap((rule) => judgeRatio(rule, series)),
    ...judgeBooks(series.filter(({ name }) => ours.test(name))),
  ];
}

function judgeRatio({ what, of, to, must, aim }: RatioRule, series: readonly Series[]): Verdict[] {
  const ours = find(series, of);
  const theirs = find(series, to);
  if (!ours || !theirs) return [];
  const value = medianRatio(ours, theirs);
  return [
    {
      what,
      value,
      must: must ?? null,
      aim: aim ?? null,
      holds: must === undefined || value >= must,
      reached: aim === undefined || value >= aim,
    },
  ];
}

function find(series: readonly Series[], name: string): Series | undefined {
  return series.find((one) => one.name === name) ?? series.find((one) => one.name.startsWith(name));
}

/** The ratio is taken within each round: what slows the machine for a while slows both. */
export function medianRatio(ours: Series, theirs: Series): number {
  return medianOfRatios(ours.samples.map(perSecond), theirs.samples.map(perSecond));
}

export function medianOfRatios(ours: readonly number[], theirs: readonly number[]): number {
  return median(
    ours.flatMap((value, round) => {
      const other = theirs[round];
      return other === undefined ? [] : [value / other];
    }),
  );
}

function judgeBooks(ours: readonly Series[]): Verdict[] {
  const books = ours.flatMap(({ samples }) => samples.flatMap((sample) => sample.books ?? []));
  const total = (pick: 'oversold' | 'leaked'): Verdict => {
    const value = books.reduce((sum, one) => sum + one[pick], 0);
    const holds = value === 0;
    return { what: `${pick} units`, value, must: 0, aim: null, holds, reached: holds };
  };
  return books.length === 0 ? [] : [total('oversold'), total('leaked')];
}
