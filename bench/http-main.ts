import { readConfig } from '../src/app/index.ts';
import { AppError } from '../src/kernel/index.ts';
import { audit } from '../src/saga/index.ts';
import { type BenchResult, runProgram, say } from './bench-program.ts';
import { startHttpCrew } from './http-crew.ts';
import { httpPacing } from './http-sizes.ts';
import { HTTP_RULES } from './http-verdicts.ts';
import { describeMachine, machineLines } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { resultTable } from './result-table.ts';
import { openRig, type Rig } from './rig.ts';
import { inRounds, type Series } from './rounds.ts';
import { judge } from './verdicts.ts';

const USAGE = `npm run bench:http [-- options]

  Measures orders that come over HTTP, each answered when it is decided, beside orders that come
  through the queue, one to a job.

  --quick          smaller and done within a minute
  --rounds N       rounds of all contenders, 3 to 20 (default 5, with --quick 3)
  --only PATTERNS  only contenders whose name one of these matches, such as waited
  --json FILE      where the results go (default bench/results/<time>.json)
  --profile DIR    writes a CPU profile of each process of ours into DIR
  --help

  Exit code 0: every must holds. 1: one does not, or the run broke off. 2: wrong use.
`;

async function measure(options: BenchOptions): Promise<BenchResult> {
  const rig = await openRig(readConfig());
  try {
    const machine = describeMachine(rig);
    say(machineLines(machine));
    const series = await measured(rig, options);
    await assertBalanced(rig);
    return { machine, series, verdicts: judge(series, HTTP_RULES) };
  } finally {
    await rig.close();
  }
}

async function measured(rig: Rig, options: BenchOptions): Promise<Series[]> {
  const { quick, rounds, only, profileFolder } = options;
  const crew = await startHttpCrew(rig, profileFolder);
  try {
    const contenders = crew.contenders.filter(
      ({ name }) => only.length === 0 || only.some((pattern) => pattern.test(name)),
    );
    return await inRounds(contenders, rounds, httpPacing(quick), say);
  } finally {
    await crew.stop();
  }
}

/** After each measurement only its own goods are recounted; this is all of them, and the ledger. */
async function assertBalanced({ database }: Rig): Promise<void> {
  const { balanced, differences } = await audit(database);
  if (balanced) return;
  const texts = differences.slice(0, 3).map(({ text }) => text);
  throw new AppError('books-differ', `the books do not balance: ${texts.join('; ')}`);
}

await runProgram(USAGE, measure, resultTable);
