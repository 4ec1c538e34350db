import { readFileSync } from 'node:fs';
import { AppError, pause, systemClock } from '../../src/kernel/index.ts';
import { percentilesOf } from '../percentiles.ts';
import type { MemoryPlan } from './scale-plan.ts';
import type { Figure, Scenario } from './scenario.ts';
import { type Point, slopeOf } from './slope.ts';
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
        const { watched, flow } = await watch(stage, plan, parts.say);
        return { figures: figuresOf(watched, flow, plan), samples: [watched] };
      }),
  };
}

interface Watched {
  /** Resident, whatever happens to be there. */
  readonly resident: readonly Point[];
  /** Resident, and in use, just after a collection of garbage. */
  readonly kept: readonly Point[];
  readonly live: readonly Point[];
}

async function watch(
  { rig, supply, worker }: Stage,
  { perSecond, lastsMs, collectMs }: MemoryPlan,
  say: (line: string) => void,
): Promise<{ watched: Watched; flow: SteadyFlow }> {
  const atMost = Math.ceil((lastsMs / 1000 + 60) * perSecond);
  const orderOf = await endlessOrders(supply, GOODS, atMost);
  const flow = new SteadyFlow({ rig, perSecond, orderOf });
  const flowing = flow.run();
  const watched = { resident: [] as Point[], kept: [] as Point[], live: [] as Point[] };
  const start = systemClock.monotonicMs();
  const elapsed = () => systemClock.monotonicMs() - start;
  const sampling = async () => {
    for (let x = 0, collected = 0, told = 0; x < lastsMs; x = elapsed()) {
      watched.resident.push({ x, y: residentBytes(worker.pids[0] ?? 0) / MB });
      if (x >= collected) {
        collected += collectMs;
        const { heapUsed, rss } = await worker.ask({ type: 'collect' });
        watched.kept.push({ x, y: Number(rss) / MB });
        watched.live.push({ x, y: Number(heapUsed) / MB });
      }
      if (x >= told) {
        const [kept, live] = [watched.kept, watched.live].map((one) => one.at(-1)?.y.toFixed(1));
        say(`${Math.round(x / 1000)} s: ${kept} MB resident after a collection, ${live} MB in use`);
        told += lastsMs / 10;
      }
      await pause(SAMPLE_MS);
    }
    flow.end();
  };
  await Promise.all([flowing, sampling()]);
  return { watched, flow };
}

function figuresOf({ resident, kept, live }: Watched, flow: SteadyFlow, plan: MemoryPlan) {
  const { warmUpMs, must } = plan;
  const sizes = resident.filter(({ x }) => x >= warmUpMs).map(({ y }) => y);
  const perMinute = (points: readonly Point[]) =>
    slopeOf(points.filter(({ x }) => x >= warmUpMs).map(({ x, y }) => ({ x: x / 60_000, y })));
  const [ofKept, ofLive] = [perMinute(kept), perMinute(live)];
  const figures: Figure[] = [
    { what: 'orders', value: flow.seen.length, unit: '' },
    {
      what: 'p99 from the queue to reserved',
      value: percentilesOf(flow.seen.map(({ tookMs }) => tookMs)).p99,
      unit: 'ms',
    },
    { what: 'least after warming up', value: Math.min(...sizes), unit: 'MB' },
    { what: 'most after warming up', value: Math.max(...sizes), unit: 'MB' },
    { what: 'slope of what is in use', value: ofLive.perUnit, unit: 'MB/min' },
    { what: 'standard error of that', value: ofLive.error, unit: 'MB/min' },
    {
      what: 'slope',
      value: ofKept.perUnit,
      unit: 'MB/min',
      ...(must !== null && { must, atMost: true }),
    },
    { what: 'standard error of the slope', value: ofKept.error, unit: 'MB/min' },
    {
      // Above nothing it is growth, however small; below, it cannot be told from none.
      what: 'slope less two of its errors',
      value: ofKept.perUnit - 2 * ofKept.error,
      unit: 'MB/min',
      ...(must !== null && { must: 0, atMost: true }),
    },
  ];
  return figures;
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
