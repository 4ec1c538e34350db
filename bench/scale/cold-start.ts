import { pause, systemClock } from '../../src/kernel/index.ts';
import { WorkerChild } from '../child-process.ts';
import { allOf, cpuBetween, readCpu } from '../cpu-clock.ts';
import { median } from '../percentiles.ts';
import { statesOf } from '../progress-store.ts';
import type { ScenarioParts, Scenario } from './scenario.ts';
import { type Stage, withStages } from './stage.ts';

const LOOK_MS = 4;
const MUST_MS = 1000;

interface ColdStart {
  readonly readyMs: number;
  readonly firstJobMs: number;
  readonly cpuSeconds: number;
}

/** A worker process from its spawn to its first job done, while servers run and jobs wait. */
export function coldStartScenario(times: number): Scenario {
  return {
    name: 'cold start',
    run: (parts) =>
      withStages(parts, { cold_start: 0 }, async ([stage]) => {
        const starts: ColdStart[] = [];
        while (stage && starts.length < times) starts.push(await startOnce(stage, parts));
        const middle = (pick: (start: ColdStart) => number) => median(starts.map(pick));
        return {
          figures: [
            { what: 'spawn to ready', value: middle(({ readyMs }) => readyMs), unit: 'ms' },
            {
              what: 'spawn to first job done',
              value: middle(({ firstJobMs }) => firstJobMs),
              unit: 'ms',
              must: MUST_MS,
              atMost: true,
            },
            { what: 'processor time', value: middle(({ cpuSeconds }) => cpuSeconds), unit: 's' },
          ],
          samples: starts,
        };
      }),
  };
}

async function startOnce(
  { rig, supply, environment }: Stage,
  { profileFolder, say }: ScenarioParts,
): Promise<ColdStart> {
  const { goods, run } = await supply.stocked(1, 1);
  const order = supply.orderOf(run, goods, 0);
  await rig.queues.add('order-placed', [order]);
  const start = systemClock.monotonicMs();
  const child = new WorkerChild({
    name: `cold-start-${run}`,
    file: '../workers/all.js',
    environment,
    profileFolder,
  });
  const since = () => systemClock.monotonicMs() - start;
  const pids = { worker: child.pids, driver: [], database: [], queueRedis: [], lockNodes: [] };
  const none = { worker: 0, driver: 0, database: 0, queueRedis: 0, lockNodes: 0 };
  try {
    const [readyMs, firstJobMs] = await Promise.all([
      child.next('ready').then(since),
      untilReserved({ rig }, order.orderId).then(since),
    ]);
    const cpu = cpuBetween(none, readCpu(pids));
    say(`ready after ${readyMs.toFixed(0)} ms, first job after ${firstJobMs.toFixed(0)} ms`);
    return { readyMs, firstJobMs, cpuSeconds: cpu === null ? Number.NaN : allOf(cpu) };
  } finally {
    await child.stop();
  }
}

async function untilReserved({ rig }: Pick<Stage, 'rig'>, orderId: string): Promise<void> {
  for (;;) {
    const [found] = await statesOf(rig.database, [orderId]);
    if (found?.state === 'reserved') return;
    await pause(LOOK_MS);
  }
}
