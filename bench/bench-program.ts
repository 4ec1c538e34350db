import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError, systemClock } from '../src/kernel/index.ts';
import { type Machine, machineLines, PROJECT_FOLDER } from './machine.ts';
import { type BenchOptions, readOptions } from './options.ts';
import type { OrderCounts } from './order-counts.ts';
import { countTable, verdictTable } from './result-table.ts';
import type { Series } from './rounds.ts';
import type { Verdict } from './verdicts.ts';

export interface BenchResult<Measured = Series> {
  readonly machine: Machine;
  readonly series: readonly Measured[];
  readonly verdicts: readonly Verdict[];
  /** Of one burst of orders; not every benchmark has it. */
  readonly counts?: OrderCounts;
}

/** Standard output may be read by a program; what is told on the way goes here. */
export const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** Runs a benchmark from its options to its exit code. */
export async function runProgram<Measured>(
  usage: string,
  measure: (options: BenchOptions) => Promise<BenchResult<Measured>>,
  tableOf: (series: readonly Measured[]) => string,
): Promise<void> {
  try {
    const options = readOptions(process.argv.slice(2), usage);
    if (options === null) {
      process.stdout.write(usage);
      return;
    }
    const result = await measure(options);
    report(result, tableOf(result.series));
    keep(options, result);
    process.exitCode = result.verdicts.every(({ holds }) => holds) ? 0 : 1;
  } catch (error) {
    say(`\nbench: ${error instanceof AppError ? error.message : String((error as Error).stack)}`);
    process.exitCode = error instanceof AppError && error.code === 'wrong-use' ? 2 : 1;
  }
}

function report({ machine, verdicts, counts }: BenchResult<unknown>, table: string): void {
  const parts = [machineLines(machine), table, verdictTable(verdicts)];
  if (counts) parts.splice(2, 0, countTable(counts));
  process.stdout.write(`\n${parts.join('\n\n')}\n`);
}

function keep(options: BenchOptions, result: BenchResult<unknown>): void {
  const at = systemClock.now().toISO() ?? '';
  const name = `${at.slice(0, 19).replace(/[T:]/g, '-')}.json`;
  const file = path.resolve(options.jsonFile ?? path.join(PROJECT_FOLDER, 'bench/results', name));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ at, options, ...result }, null, 2)}\n`);
  say(`\nraw samples: ${file}`);
}
