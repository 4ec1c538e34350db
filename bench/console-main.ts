import { readConfig } from '../src/app/index.ts';
import { type BenchResult, runProgram, say } from './bench-program.ts';
import type { Pacing } from './bench-sizes.ts';
import { CONSOLE_RULES, consoleTable, lookingVerdicts } from './console-costs.ts';
import { startConsoleCrew } from './console-crew.ts';
import type { HttpSize } from './http-sizes.ts';
import { describeMachine, machineLines } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { openRig } from './rig.ts';
import { inRounds } from './rounds.ts';
import { judge } from './verdicts.ts';

const USAGE = `npm run bench:console [-- options]

  Measures what ten open consoles cost: orders over HTTP, each answered when it is decided, with
  nobody looking and with ten consoles on the same process, in turns. Takes two minutes.

  --quick          smaller and done within a minute
  --rounds N       rounds of all, 3 to 20 (default 5, with --quick 3)
  --json FILE      where the results go (default bench/results/<time>.json)
  --profile DIR    writes a CPU profile of each process of ours into DIR
  --help

  Exit code 0: every must holds. 1: one does not, or the run broke off. 2: wrong use.
`;

const SIZES = { waited: 8000, batched: 0, queued: 0, halfLoad: 4000 };
const SHARES = { waited: 1, batched: 0, queued: 0, halfLoad: 1 };

function pacing(quick: boolean): Pacing<HttpSize> {
  return { sizes: SIZES, shares: SHARES, endMs: quick ? 40_000 : 75_000 };
}

async function measure({ quick, rounds, profileFolder }: BenchOptions): Promise<BenchResult> {
  const rig = await openRig(readConfig());
  try {
    const machine = describeMachine(rig);
    say(machineLines(machine));
    const crew = await startConsoleCrew(rig, profileFolder);
    try {
      const series = await inRounds(crew.contenders, rounds, pacing(quick), say);
      const verdicts = [...judge(series, CONSOLE_RULES), ...lookingVerdicts(series)];
      return { machine, series, verdicts };
    } finally {
      await crew.stop();
    }
  } finally {
    await rig.close();
  }
}

await runProgram(USAGE, measure, consoleTable);
