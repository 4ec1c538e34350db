import { perSecond, type Sample } from './contender.ts';
import { allOf } from './cpu-clock.ts';
import type { LegCounts, OrderCounts } from './order-counts.ts';
import { median } from './percentiles.ts';
import type { Series } from './rounds.ts';
import type { Verdict } from './verdicts.ts';

const HEAD = [
  'contender',
  'orders/s',
  'min-max',
  'p50 ms',
  'p99 ms',
  'cpu worker',
  'cpu all',
  'jobs',
  'redis',
  'batch',
  'stmts',
  'locks',
  'oversold',
  'leaked',
];

/**
 * One line for each contender. Processor time is in seconds for each 1,000 orders, jobs and
 * commands to Redis are for each order, statements and locks for each batch.
 */
export function resultTable(series: readonly Series[]): string {
  return aligned(contenderRows(series));
}

export function contenderRows(series: readonly Series[]): string[][] {
  return [HEAD, ...series.map(rowOf)];
}

function rowOf({ name, samples }: Series): string[] {
  const rates = samples.map(perSecond);
  const middle = (pick: (sample: Sample) => number | null | undefined, digits: number): string => {
    const values = samples.flatMap((sample) => pick(sample) ?? []);
    return values.length === 0 ? '-' : fixed(median(values), digits);
  };
  const perBatch = (pick: 'events' | 'statements' | 'lockRounds', digits: number): string =>
    middle(({ batches }) => batches && batches[pick] / batches.batches, digits);
  const perOrder = (pick: 'jobs' | 'commands'): string =>
    middle(({ queues, orders }) => (queues?.jobs ? queues[pick] / orders : null), 2);
  const units = (pick: 'oversold' | 'leaked'): string => {
    const books = samples.flatMap((sample) => sample.books ?? []);
    return books.length === 0 ? '-' : String(books.reduce((sum, one) => sum + one[pick], 0));
  };
  const thousand = (sample: Sample, seconds: number) => (seconds / sample.orders) * 1000;
  return [
    name,
    fixed(median(rates), 0),
    `${fixed(Math.min(...rates), 0)}-${fixed(Math.max(...rates), 0)}`,
    middle(({ latencyMs }) => latencyMs?.p50, 0),
    middle(({ latencyMs }) => latencyMs?.p99, 0),
    middle((sample) => sample.cpu && thousand(sample, sample.cpu.worker), 2),
    middle((sample) => sample.cpu && thousand(sample, allOf(sample.cpu)), 2),
    perOrder('jobs'),
    perOrder('commands'),
    perBatch('events', 0),
    perBatch('statements', 1),
    perBatch('lockRounds', 2),
    units('oversold'),
    units('leaked'),
  ];
}

/** What one burst of orders costs, one to a job, in things that do not depend on the clock. */
export function countTable({ placed, paid }: OrderCounts): string {
  const row = (name: string, leg: LegCounts): string[] => [
    name,
    fixed(leg.jobs / leg.orders, 2),
    fixed((leg.addCommands + leg.workCommands) / leg.orders, 2),
    fixed(leg.orders / leg.batches, 0),
    fixed(leg.statements / leg.batches, 1),
    fixed(leg.trips / leg.batches, 1),
    fixed(leg.lockRounds / leg.batches, 2),
  ];
  const head = ['one burst', 'jobs', 'redis', 'batch', 'stmts', 'trips', 'locks'];
  return aligned([head, row('placed and reserved', placed), row('paid', paid)]);
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  return aligned(verdictRows(verdicts));
}

export function verdictRows(verdicts: readonly Verdict[]): string[][] {
  const asked = (sign: string, value: number | null) => (value === null ? '' : `${sign} ${value}`);
  return [
    ['', 'measured', 'must', '', 'aim', ''],
    ...verdicts.map(({ what, value, must, aim, atMost, holds, reached }) => [
      what,
      fixed(value, must === 0 ? 0 : 2),
      asked(must === 0 ? '=' : atMost ? '<=' : '>=', must),
      must === null ? '' : holds ? 'ok' : 'FAILS',
      asked(atMost ? '<=' : '>=', aim),
      aim === null ? '' : reached ? 'reached' : 'missed',
    ]),
  ];
}

export function fixed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');
}

export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
