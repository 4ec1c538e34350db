import { readConfig } from '../../src/app/index.ts';
import { type BenchResult, runProgram, say } from '../bench-program.ts';
import { describeMachine, machineLines } from '../machine.ts';
import type { BenchOptions } from '../options.ts';
import { openRig } from '../rig.ts';
import { coldStartScenario } from './cold-start.ts';
import { expiryStormScenario } from './expiry-storm.ts';
import { growthScenario } from './growth.ts';
import { memoryScenario } from './memory.ts';
import { processesScenario } from './processes.ts';
import { scalePlan } from './scale-plan.ts';
import { scaleTable } from './scale-table.ts';
import { judgeScale, play, type Scenario, type ScenarioResult } from './scenario.ts';
import { soldOutScenario } from './sold-out.ts';

const USAGE = `npm run bench:scale [-- options]

  Measures what growth does to an order: more processes, more orders in the database, a long line
  of jobs, a long run, many holds that end at once, many orders for few units, a cold start.

  --quick          smaller and done within some two minutes
  --rounds N       rounds of what is compared, 3 to 20 (default 5, with --quick 3)
  --only PATTERNS  only scenarios whose name one of these matches, such as growth,storm
  --json FILE      where the results go (default bench/results/<time>.json)
  --profile DIR    writes a CPU profile of each worker process into DIR
  --help

  Exit code 0: every must holds. 1: one does not, or the run broke off. 2: wrong use.
`;

function scenarios(quick: boolean): Scenario[] {
  const plan = scalePlan(quick);
  return [
    coldStartScenario(plan.coldStarts),
    processesScenario(plan.processes),
    soldOutScenario(plan.soldOut),
    expiryStormScenario(plan.storm),
    memoryScenario(plan.memory),
    growthScenario(plan.growth),
  ];
}

async function measure(options: BenchOptions): Promise<BenchResult<ScenarioResult>> {
  const { quick, rounds, only, profileFolder } = options;
  const rig = await openRig(readConfig());
  try {
    const machine = describeMachine(rig);
    say(machineLines(machine));
    const parts = { config: rig.config, rounds, profileFolder, say };
    const series: ScenarioResult[] = [];
    for (const scenario of scenarios(quick)) {
      const wanted = only.length === 0 || only.some((pattern) => pattern.test(scenario.name));
      if (wanted) series.push(await play(scenario, parts));
    }
    return { machine, series, verdicts: judgeScale(series) };
  } finally {
    await rig.close();
  }
}

await runProgram(USAGE, measure, scaleTable);
