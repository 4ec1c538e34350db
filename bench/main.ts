import { readConfig } from '../src/app/index.ts';
import { type BenchResult, runProgram, say } from './bench-program.ts';
import { BENCH_RULES, QUICK_RULES } from './bench-rules.ts';
import { benchPlan } from './bench-sizes.ts';
import { describeMachine, machineLines } from './machine.ts';
import { type BenchOptions, USAGE } from './options.ts';
import { resultTable } from './result-table.ts';
import { openRig, type Rig } from './rig.ts';
import { inRounds, type Series } from './rounds.ts';
import { judge } from './verdicts.ts';
import { startCrew } from './worker-crew.ts';

async function measure(options: BenchOptions): Promise<BenchResult> {
  const rig = await openRig(readConfig());
  try {
    const machine = describeMachine(rig);
    say(machineLines(machine));
    const series = await measured(rig, options);
    const rules = options.quick ? QUICK_RULES : BENCH_RULES;
    return { machine, series, verdicts: judge(series, rules) };
  } finally {
    await rig.close();
  }
}

async function measured(rig: Rig, options: BenchOptions): Promise<Series[]> {
  const { quick, rounds, only, profileFolder } = options;
  const plan = benchPlan(quick);
  const wanted = (name: string) =>
    only.length === 0 ? !plan.leaveOut.test(name) : only.some((pattern) => pattern.test(name));
  const crew = await startCrew({ rig, plan, profileFolder, wanted, say });
  try {
    return await inRounds(crew.contenders, rounds, plan, say);
  } finally {
    await crew.stop();
  }
}

await runProgram(USAGE, measure, resultTable);
