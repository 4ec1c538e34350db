import { readFileSync } from 'node:fs';
import { AppError, pause, systemClock } from '../../src/kernel/index.ts';
import { percentilesOf } from '../percentiles.ts';
import type { MemoryPlan } from './scale-plan.ts';
import type { Figure, Scenario } from './scenario.ts';
import { lowestOf, type Point, slopeOf } from './slope.ts';
import { type Stage, withStages } from './stage.ts';
import { endlessOrders, SteadyFlow } from './steady-flow.ts';

const SAMPLE_MS = 500;
const GOODS = 1000;
const MB = 2 ** 20;

/** Does a worker process grow while it works? */
export function memoryScenario(plan: MemoryPlan): Scenario {
  return {
    name: 'memory',
    run: (parts) =>
      withStages(parts, { memory: 1 }, async ([stage]) => {
        if (!stage) return { figures: [], samples: [] };
        const { points, flow } = await watch(stage, plan, parts.say);
        return { figures: figuresOf(points, flow, plan), samples: points };
      }),
  };
}

async function watch(
  { rig, supply, worker }: Stage,
  { perSecond, lastsMs }: MemoryPlan,
  say: (line: string) => void,
): Promise<{ points: Point[]; flow: SteadyFlow }> {
  const atMost = Math.ceil((lastsMs / 1000 + 60) * perSecond);
  const orderOf = await endlessOrders(supply, GOODS, atMost);
  const flow = new SteadyFlow({ rig, perSecond, orderOf });
  const flowing = flow.run();
  const points: Point[] = [];
  const start = systemClock.monotonicMs();
  const sampling = async () => {
    for (let x = 0, told = 0; x < lastsMs; x = systemClock.monotonicMs() - start) {
      points.push({ x, y: residentBytes(worker.pids[0] ?? 0) / MB });
      if (x >= told) {
        say(`${Math.round(x / 1000)} s: ${points.at(-1)?.y.toFixed(1)} MB`);
        told += lastsMs / 10;
      }
      await pause(SAMPLE_MS);
    }
    flow.end();
  };
  await Promise.all([flowing, sampling()]);
  return { points, flow };
}

function figuresOf(points: readonly Point[], flow: SteadyFlow, plan: MemoryPlan): Figure[] {
  const { warmUpMs, blockMs, must } = plan;
  const warm = points.filter(({ x }) => x >= warmUpMs);
  const inMinutes = lowestOf(warm, blockMs).map(({ x, y }) => ({ x: x / 60_000, y }));
  const { perUnit, error } = slopeOf(inMinutes);
  const sizes = warm.map(({ y }) => y);
  return [
    { what: 'orders', value: flow.seen.length, unit: '' },
    {
      what: 'p99 from the queue to reserved',
      value: percentilesOf(flow.seen.map(({ tookMs }) => tookMs)).p99,
      unit: 'ms',
    },
    { what: 'least after warming up', value: Math.min(...sizes), unit: 'MB' },
    { what: 'most after warming up', value: Math.max(...sizes), unit: 'MB' },
    {
      what: 'slope',
      value: perUnit,
      unit: 'MB/min',
      ...(must !== null && { must, atMost: true }),
    },
    { what: 'standard error of the slope', value: error, unit: 'MB/min' },
    {
      // Above nothing it is growth, however small; below, it cannot be told from none.
      what: 'slope less two of its errors',
      value: perUnit - 2 * error,
      unit: 'MB/min',
      ...(must !== null && { must: 0, atMost: true }),
    },
  ];
}

function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(statusOf(pid)) ?? [];
  return Number(kilobytes) * 1024;
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch (error) {
    throw new AppError('no-proc', 'the memory of a process is read from /proc, as on Linux', {
      cause: error,
    });
  }
}
