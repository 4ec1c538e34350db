import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from '../src/app/index.ts';
import { AppError, systemClock } from '../src/kernel/index.ts';
import { benchPlan } from './bench-sizes.ts';
import { describeMachine, type Machine, machineLines, PROJECT_FOLDER } from './machine.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { resultTable, verdictTable } from './result-table.ts';
import { openRig, type Rig } from './rig.ts';
import { inRounds, type Series } from './rounds.ts';
import { judge, type Verdict } from './verdicts.ts';
import { startCrew } from './worker-crew.ts';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  const rig = await openRig(readConfig());
  try {
    const machine = describeMachine(rig);
    say(machineLines(machine));
    const series = await measured(rig, options);
    const verdicts = judge(series);
    report(machine, series, verdicts);
    keep(options, { machine, options, series, verdicts });
    return verdicts.every(({ holds }) => holds) ? 0 : 1;
  } finally {
    await rig.close();
  }
}

async function measured(rig: Rig, options: BenchOptions): Promise<Series[]> {
  const { quick, rounds, only, profileFolder } = options;
  const plan = benchPlan(quick);
  const wanted = (name: string) =>
    only.length === 0 ? !plan.leaveOut?.test(name) : only.some((pattern) => pattern.test(name));
  const crew = await startCrew({ rig, plan, profileFolder, wanted, say });
  try {
    return await inRounds(crew.contenders, rounds, plan, say);
  } finally {
    await crew.stop();
  }
}

function report(machine: Machine, series: readonly Series[], verdicts: readonly Verdict[]): void {
  process.stdout.write(
    ['', machineLines(machine), '', resultTable(series), '', verdictTable(verdicts), ''].join('\n'),
  );
}

function keep({ jsonFile }: BenchOptions, result: Readonly<Record<string, unknown>>): void {
  const at = systemClock.now().toISO() ?? '';
  const name = `${at.slice(0, 19).replace(/[T:]/g, '-')}.json`;
  const file = path.resolve(jsonFile ?? path.join(PROJECT_FOLDER, 'bench', 'results', name));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ at, ...result }, null, 2)}\n`);
  say(`\nraw samples: ${file}`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(`\nbench: ${error instanceof AppError ? error.message : String((error as Error).stack)}`);
  process.exitCode = error instanceof AppError && error.code === 'wrong-use' ? 2 : 1;
}
