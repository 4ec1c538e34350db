import type { Sample } from './contender.ts';
import { median } from './percentiles.ts';
import { aligned, fixed, resultTable } from './result-table.ts';
import type { Series } from './rounds.ts';
import { type Rules, type Verdict, verdictOf } from './verdicts.ts';

/** How the name of a load ends, by who looks at it. */
export const NONE = ', no console';
export const TEN = ', ten consoles';

/** What ten consoles ask the database for themselves; a sale has hundreds of orders a second. */
const MOST_A_SECOND = 150;

export interface LookingCost {
  readonly load: string;
  readonly ordersPerSecond: number;
  /** Statements that the database got from the consoles, and from nobody else. */
  readonly perSecond: number;
}

/**
 * What the saga asks goes with its batches, which are as large as they happen to be: that part is
 * taken off by what a batch costs in the same round without a console.
 */
export function lookingCosts(series: readonly Series[]): LookingCost[] {
  return series.flatMap(({ name, samples }) => {
    if (!name.endsWith(TEN)) return [];
    const load = name.slice(0, -TEN.length);
    const alone = series.find((one) => one.name === load + NONE)?.samples ?? [];
    const extra = samples.flatMap((sample, round) => {
      const beside = alone[round];
      return beside ? extraPerSecond(sample, beside) : [];
    });
    const rates = samples.map(({ orders, seconds }) => orders / seconds);
    return [{ load, ordersPerSecond: median(rates), perSecond: median(extra) }];
  });
}

function extraPerSecond(
  { batches: looked, seconds }: Sample,
  { batches: alone }: Sample,
): number | [] {
  if (!looked || !alone) return [];
  const ofTheSaga = (alone.statements / alone.batches) * looked.batches;
  return (looked.statements - ofTheSaga) / seconds;
}

export function consoleTable(series: readonly Series[]): string {
  const rows = lookingCosts(series).map(({ load, ordersPerSecond, perSecond }) => [
    load,
    fixed(ordersPerSecond, 0),
    fixed(perSecond, 1),
    fixed(perSecond / ordersPerSecond, 3),
  ]);
  const head = ['statements of ten consoles', 'orders/s', 'a second', 'for an order'];
  return `${resultTable(series)}\n\n${aligned([head, ...rows])}`;
}

export const CONSOLE_RULES: Rules = {
  ratios: [
    {
      what: 'orders/s: ten consoles / none',
      of: `http waited${TEN}`,
      to: `http waited${NONE}`,
    },
    {
      what: 'p99 at half load: ten consoles / none',
      of: `http half load${TEN}`,
      to: `http half load${NONE}`,
      figure: 'p99',
    },
    {
      what: 'cpu for an order: ten consoles / none',
      of: `http waited${TEN}`,
      to: `http waited${NONE}`,
      figure: 'cpu',
    },
  ],
  ours: /^http /,
};

/** However many orders there are, consoles ask as often as that. */
export function lookingVerdicts(series: readonly Series[]): Verdict[] {
  return lookingCosts(series).map(({ load, perSecond }) =>
    verdictOf(`${load}: statements a second of ten consoles`, perSecond, {
      must: MOST_A_SECOND,
      atMost: true,
    }),
  );
}
