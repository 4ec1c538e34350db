import { medianOfRatios, type Verdict, verdictOf } from '../verdicts.ts';
import { FIVE, OURS } from './lock-entries.ts';
import { type LockSeries, rateAtMost } from './lock-samples.ts';

interface LockRule {
  readonly what: string;
  /** Names of series, or how they begin. */
  readonly of: string;
  readonly to: string;
  /** Rates are compared, or the time for one. */
  readonly times?: boolean;
  readonly must: number;
  readonly aim?: number;
}

const RULES: readonly LockRule[] = [
  {
    what: 'hand-offs of 64 waiters: ours / redlock',
    of: `hand-off 64: ${FIVE}`,
    to: 'hand-off 64: redlock',
    must: 10,
  },
  {
    what: 'time alone: ours / redlock',
    of: `alone: ${FIVE}`,
    to: 'alone: redlock',
    times: true,
    must: 1.5,
    aim: 1,
  },
  {
    what: 'time of ours: 100 keys / 1 key',
    of: `keys 100: ${FIVE}`,
    to: `keys 1: ${FIVE}`,
    times: true,
    must: 3,
  },
];

/** Rules whose contenders were not measured are left out: with `--only` that is what was asked. */
export function judgeLocks(series: readonly LockSeries[]): Verdict[] {
  return [...RULES.flatMap((rule) => judgeRule(rule, series)), ...judgeExclusion(series)];
}

function judgeRule(rule: LockRule, series: readonly LockSeries[]): Verdict[] {
  const { what, must, aim, times = false } = rule;
  const ratesOf = (name: string) =>
    series.find((one) => one.name.startsWith(name))?.samples.map(rateAtMost);
  const ours = ratesOf(rule.of);
  const theirs = ratesOf(rule.to);
  if (!ours || !theirs) return [];
  const value = times ? medianOfRatios(theirs, ours) : medianOfRatios(ours, theirs);
  return [verdictOf(what, value, { must, aim, atMost: times })];
}

function judgeExclusion(series: readonly LockSeries[]): Verdict[] {
  const contests = series
    .filter(({ name }) => OURS.some((one) => name.endsWith(`: ${one}`)))
    .flatMap(({ samples }) => samples.flatMap(({ contest }) => contest ?? []));
  if (contests.length === 0) return [];
  const value = contests.reduce((sum, { violations }) => sum + violations, 0);
  return [verdictOf('exclusion violations of ours', value, { must: 0, atMost: true })];
}
