import type { Contender } from '../contender.ts';
import { median } from '../percentiles.ts';
import { perSecond } from '../contender.ts';
import { inRounds, type Series } from '../rounds.ts';
import { sagaContenders } from '../saga-contenders.ts';
import { medianRatio } from '../verdicts.ts';
import { present } from '../../src/kernel/index.ts';
import type { ProcessesPlan } from './scale-plan.ts';
import type { Figure, Scenario } from './scenario.ts';
import { type Stage, withStages } from './stage.ts';

const COUNTS = [1, 2, 4];
/** On one goods id processes can only take turns; what the turns may cost. */
const KEEPS = 0.8;

/** The same orders with one, two and four worker processes: on one goods id, and on many. */
export function processesScenario({ orders, warmUp }: ProcessesPlan): Scenario {
  return {
    name: 'processes',
    run: async (parts) => {
      const wanted = Object.fromEntries(COUNTS.map((count) => [`processes_${count}`, count]));
      const series = await withStages(parts, wanted, async (stages) => {
        for (const stage of stages) await warm(stage, warmUp * stage.worker.pids.length);
        const contenders = stages.flatMap((stage, index) => of(stage, COUNTS[index] ?? 1));
        const pacing = {
          sizes: { preloaded: orders },
          shares: { preloaded: 1 },
          endMs: Number.POSITIVE_INFINITY,
        };
        return await inRounds(contenders, parts.rounds, pacing, parts.say);
      });
      return { figures: figuresOf(series), samples: series };
    },
  };
}

/** Of several processes each gets only a part: all must have met as many orders before. */
async function warm(stage: Stage, orders: number): Promise<void> {
  for (const { measure } of of(stage, 0)) await measure(orders);
}

function of(stage: Stage, count: number): Contender<'preloaded'>[] {
  return sagaContenders(stage)
    .filter(({ name }) => name === 'saga hot' || name === 'saga many')
    .map(({ name, measure }) => ({
      name: `${name} ${count}`,
      size: 'preloaded',
      measure,
    }));
}

function figuresOf(series: readonly Series[]): Figure[] {
  const find = (name: string) =>
    present(
      series.find((one) => one.name === name),
      name,
    );
  return ['hot', 'many'].flatMap((kind) => [
    ...COUNTS.map((count) => ({
      what: `${kind}, ${count} processes`,
      value: median(find(`saga ${kind} ${count}`).samples.map(perSecond)),
      unit: 'orders/s',
    })),
    ...COUNTS.slice(1).map((count) => ({
      what: `${kind}, ${count} processes / 1`,
      value: medianRatio(find(`saga ${kind} ${count}`), find(`saga ${kind} 1`)),
      unit: '',
      ...(kind === 'hot' && { must: KEEPS }),
    })),
  ]);
}
