import type { RatioRule, Rules } from './verdicts.ts';

interface BenchRule extends RatioRule {
  /** What must hold in a quick run, whose figures are rough; nothing: it is only told. */
  readonly quickMust?: number;
}

const SAGA: readonly BenchRule[] = [
  {
    what: 'saga hot / empty singly',
    of: 'saga hot',
    to: 'empty singly',
    must: 1,
    aim: 1.5,
  },
  {
    what: 'envelopes hot / empty singly',
    of: 'saga hot envelopes',
    to: 'empty singly',
    must: 3,
    aim: 5,
    quickMust: 2,
  },
  {
    what: 'closed loop hot / empty singly',
    of: 'saga hot closed-loop',
    to: 'empty singly closed-loop',
    aim: 1.5,
  },
  { what: 'saga hot / empty bulk', of: 'saga hot', to: 'empty bulk' },
  {
    what: 'saga: hot / many goods',
    of: 'saga hot',
    to: 'saga many',
    must: 0.95,
    aim: 1,
    quickMust: 0.95,
  },
  {
    what: 'many goods: three lines / one line',
    of: 'saga three lines',
    to: 'saga many',
    must: 0.5,
    aim: 0.7,
  },
  { what: 'saga hot / direct sql', of: 'saga hot', to: 'direct sql', aim: 0.4 },
  {
    what: 'cpu for an order: saga hot / empty singly',
    of: 'saga hot',
    to: 'empty singly',
    figure: 'cpu',
    aim: 1.3,
  },
  {
    what: 'p99 at half load: saga / empty',
    of: 'saga half load',
    to: 'empty half load',
    figure: 'p99',
    must: 3,
    aim: 2,
  },
];

const RESERVE: readonly BenchRule[] = [
  {
    what: 'reserve: nudged / lock per order',
    of: 'reserve nudged',
    to: 'lock per order',
    must: 10,
    aim: 20,
    quickMust: 8,
  },
  {
    what: 'reserve: one by one / lock per order',
    of: 'reserve one by one',
    to: 'lock per order',
    aim: 8,
  },
  {
    what: 'reserve: nudged / conditional update',
    of: 'reserve nudged',
    to: 'conditional update',
    aim: 1.5,
  },
];

const ALL = [...SAGA, ...RESERVE];
const OURS = /^(saga|reserve) /;

export const BENCH_RULES: Rules = { ratios: ALL, ours: OURS };

/** Small measurements differ from one to the next: only what stands clear of that must hold. */
export const QUICK_RULES: Rules = {
  ratios: ALL.map((rule) => ({ ...rule, must: rule.quickMust })),
  ours: OURS,
};
