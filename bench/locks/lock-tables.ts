import { median } from '../percentiles.ts';
import { aligned, fixed } from '../result-table.ts';
import { type ContestFigures, type LockSample, type LockSeries, rateOf } from './lock-samples.ts';

const ALONE = [
  'nobody else wants it',
  'locks/s',
  'min-max',
  'p50 us',
  'p99 us',
  'trips',
  'commands',
];
const CONTEST = [
  'all want the same',
  'hand-offs/s',
  'min-max',
  'taken/s',
  'least-most',
  'variation',
  'starved',
  'trips',
  'commands',
  'failed',
  'broken',
];

/** One table for locks that nobody else wants, one for those that all want. */
export function lockTables(series: readonly LockSeries[]): string {
  const isContest = ({ samples }: LockSeries) => samples.some(({ contest }) => contest !== null);
  const contests = series.filter(isContest);
  const others = series.filter((one) => !isContest(one));
  return [
    ...(others.length > 0 ? [aligned([ALONE, ...others.map(aloneRow)])] : []),
    ...(contests.length > 0 ? [aligned([CONTEST, ...contests.map(contestRow)])] : []),
  ].join('\n\n');
}

function aloneRow({ name, samples }: LockSeries): string[] {
  return [
    name,
    ...ratesOf(samples),
    middle(samples, ({ latencyUs }) => latencyUs?.p50, 0),
    middle(samples, ({ latencyUs }) => latencyUs?.p99, 0),
    middle(samples, ({ trips }) => trips, 1),
    middle(samples, ({ commands }) => commands, 1),
  ];
}

function contestRow({ name, samples }: LockSeries): string[] {
  const figures = samples.flatMap(({ contest }) => contest ?? []);
  const leastOf = Math.min(...figures.map(({ least }) => least));
  const mostOf = Math.max(...figures.map(({ most }) => most));
  const total = (pick: (one: ContestFigures) => number) =>
    String(figures.reduce((sum, one) => sum + pick(one), 0));
  return [
    name,
    ...ratesOf(samples),
    middle(samples, ({ contest, seconds }) => contest && contest.taken / seconds, 0),
    `${leastOf}-${mostOf}`,
    middle(samples, ({ contest }) => contest?.variation, 2),
    middle(samples, ({ contest }) => contest?.starved, 0),
    middle(samples, ({ trips }) => trips, 1),
    middle(samples, ({ commands }) => commands, 1),
    total(({ failed }) => failed),
    total(({ violations }) => violations),
  ];
}

function ratesOf(samples: readonly LockSample[]): string[] {
  const rates = samples.map(rateOf);
  return [
    fixed(median(rates), 0),
    `${fixed(Math.min(...rates), 0)}-${fixed(Math.max(...rates), 0)}`,
  ];
}

function middle(
  samples: readonly LockSample[],
  pick: (sample: LockSample) => number | null | undefined,
  digits: number,
): string {
  const values = samples.flatMap((sample) => pick(sample) ?? []);
  return values.length === 0 ? '-' : fixed(median(values), digits);
}
