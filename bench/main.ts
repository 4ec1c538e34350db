import { readConfig } from '../src/app/index.ts';
import { createLocks } from '../src/locks/index.ts';
import { type BenchResult, runProgram, say } from './bench-program.ts';
import { BENCH_RULES, QUICK_RULES } from './bench-rules.ts';
import { benchPlan } from './bench-sizes.ts';
import { describeMachine, machineLines } from './machine.ts';
import { type BenchOptions, USAGE } from './options.ts';
import { countOrders, type OrderCounts } from './order-counts.ts';
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
    const verdicts = judge(series, rules);
    if (options.only.length > 0) return { machine, series, verdicts };
    return { machine, series, verdicts, counts: await counted(rig) };
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

/** Goods of its own, beyond those of every measurement. */
const COUNTED_GOODS = 1_000_000_000;
const COUNTED_ORDERS = 4000;

async function counted({ config }: Rig): Promise<OrderCounts> {
  say('counting what one burst of orders costs');
  const locks = createLocks({ urls: config.lockUrls, prefix: config.lockPrefix });
  try {
    return await countOrders({
      ...config,
      prefix: '{bench-counted}',
      locks,
      goodsId: COUNTED_GOODS,
      orders: COUNTED_ORDERS,
    });
  } finally {
    await locks.close();
  }
}

await runProgram(USAGE, measure, resultTable);
