import { pause } from '../../src/kernel/index.ts';
import { recount } from '../books-store.ts';
import { perSecond, type Contender, type Sample } from '../contender.ts';
import { HeldQueue } from '../held-queue.ts';
import { inChunks } from '../in-chunks.ts';
import type { Goods, WantedOrder } from '../goods-supply.ts';
import { timed, withBatchCounts } from '../measuring.ts';
import { median } from '../percentiles.ts';
import { lastSeq } from '../progress-store.ts';
import { inRounds, type Series } from '../rounds.ts';
import { ADDED_AT_ONCE } from '../saga-preloaded.ts';
import { medianOfRatios } from '../verdicts.ts';
import type { SoldOutPlan } from './scale-plan.ts';
import { countSince, stockVersion } from './scale-store.ts';
import type { Figure, Scenario } from './scenario.ts';
import { type Stage, withStages } from './stage.ts';

const LOOK_MS = 10;

/** Many orders for few units: what it costs to say no, beside what it costs to say yes. */
export function soldOutScenario({ units, orders }: SoldOutPlan): Scenario {
  return {
    name: 'sold out',
    run: (parts) =>
      withStages(parts, { sold_out: 1 }, async ([stage]) => {
        if (!stage) return { figures: [], samples: [] };
        const { goods, run } = await stage.supply.stocked(1, units);
        let asked = 0;
        const wanted = (count: number) =>
          Array.from({ length: count }, () => {
            asked += 1;
            return stage.supply.orderOf(run, goods, asked);
          });
        await decide(stage, wanted(units), 'reserved');
        const version = await stockVersion(stage.rig.database, goods.first);
        const contenders: Contender<'preloaded'>[] = [
          { name: 'reserved', size: 'preloaded', measure: (count) => reserveAll(stage, count) },
          {
            name: 'rejected',
            size: 'preloaded',
            measure: (count) => decide(stage, wanted(count), 'rejected'),
          },
        ];
        const pacing = {
          sizes: { preloaded: Math.ceil(orders / parts.rounds) },
          shares: { preloaded: 1 },
          endMs: Number.POSITIVE_INFINITY,
        };
        const series = await inRounds(contenders, parts.rounds, pacing, parts.say);
        const figures = [
          { what: 'orders', value: asked, unit: '' },
          ...costs(series),
          ...(await writes(stage, goods, version)),
        ];
        return { figures, samples: series };
      }),
  };
}

async function reserveAll(stage: Stage, count: number): Promise<Sample> {
  const { goods, run } = await stage.supply.stocked(1, count);
  const orders = Array.from({ length: count }, (_, index) =>
    stage.supply.orderOf(run, goods, index),
  );
  return await decide(stage, orders, 'reserved');
}

async function decide(
  { rig, worker }: Stage,
  orders: readonly WantedOrder[],
  as: 'reserved' | 'rejected',
): Promise<Sample> {
  const afterSeq = await lastSeq(rig.database);
  const queue = new HeldQueue(rig.config.redisUrl, rig.config.queuePrefix, 'order-placed');
  try {
    await queue.hold();
    for (const some of inChunks(orders, ADDED_AT_ONCE)) await rig.queues.add('order-placed', some);
    const { result, batches } = await withBatchCounts(rig, worker, () =>
      timed(rig, worker, orders.length, async () => {
        await queue.letGo();
        while ((await countSince(rig.counted, as, afterSeq)) < orders.length) await pause(LOOK_MS);
      }),
    );
    return { ...result, batches };
  } finally {
    await queue.close();
  }
}

/** Without the driver: it only looks on, and is no part of what an order costs. */
const cpuOf = ({ cpu, orders }: Sample): number => {
  if (cpu === null) return Number.NaN;
  const { worker, database, queueRedis, lockNodes } = cpu;
  return ((worker + database + queueRedis + lockNodes) / orders) * 1000;
};

function costs([reserved, rejected]: readonly Series[]): Figure[] {
  if (!reserved || !rejected) return [];
  const ratio = (pick: (sample: Sample) => number) =>
    medianOfRatios(rejected.samples.map(pick), reserved.samples.map(pick));
  const locks = rejected.samples.map(
    ({ batches, orders }) => ((batches?.lockRounds ?? Number.NaN) / orders) * 1000,
  );
  const must = { unit: '', must: 1, atMost: true };
  return [
    ...[reserved, rejected].flatMap(({ name, samples }) => [
      { what: `all ${name}`, value: median(samples.map(perSecond)), unit: 'orders/s' },
      { what: `all ${name}`, value: median(samples.map(cpuOf)), unit: 'cpu s / 1,000' },
    ]),
    { what: 'processor time, no / yes', value: ratio(cpuOf), ...must },
    { what: 'wall time, no / yes', value: ratio((one) => 1 / perSecond(one)), ...must },
    {
      what: 'lock rounds for 1,000 rejections',
      value: Math.max(...locks),
      unit: '',
      must: 1,
      atMost: true,
    },
  ];
}

async function writes({ rig }: Stage, goods: Goods, version: number): Promise<Figure[]> {
  const { oversold } = await recount(rig.database, goods.first, goods.last);
  const written = (await stockVersion(rig.database, goods.first)) - version;
  const none = { unit: '', must: 0, atMost: true };
  return [
    { what: 'stock rows written while sold out', value: written, ...none },
    { what: 'oversold units', value: oversold, ...none },
  ];
}
