import { aligned, fixed } from '../result-table.ts';
import type { Figure, ScenarioResult } from './scenario.ts';

/** One line for each figure. */
export function scaleTable(results: readonly ScenarioResult[]): string {
  return aligned([
    ['scenario', 'measured', 'value', 'unit'],
    ...results.flatMap(({ name, figures }) =>
      figures.map(({ what, value, unit }) => [name, what, fixed(value, digitsOf(value)), unit]),
    ),
  ]);
}

/** Three places that tell something, whatever the size. */
function digitsOf(value: Figure['value']): number {
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 100) return 0;
  return size >= 10 ? 1 : size >= 1 ? 2 : 3;
}
