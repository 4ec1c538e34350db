import { pause } from '../../src/kernel/index.ts';
import { perSecond, type Contender, type Sample } from '../contender.ts';
import { allOf } from '../cpu-clock.ts';
import type { Goods } from '../goods-supply.ts';
import { HeldQueue } from '../held-queue.ts';
import { inChunks } from '../in-chunks.ts';
import { timed } from '../measuring.ts';
import { median } from '../percentiles.ts';
import { anyIn, lastSeq, reservedAfter } from '../progress-store.ts';
import { inRounds, type Series } from '../rounds.ts';
import { sagaContenders } from '../saga-contenders.ts';
import { ADDED_AT_ONCE, Frontier, pay } from '../saga-preloaded.ts';
import { medianOfRatios } from '../verdicts.ts';
import { multiplyOrders } from './order-copies-store.ts';
import type { GrowthPlan } from './scale-plan.ts';
import type { Figure, Scenario } from './scenario.ts';
import { type Stage, withStages } from './stage.ts';

const LOOK_MS = 20;
const SEEN_AT_ONCE = 5000;
/** In both, some jobs must be left when a queue is held: BullMQ then goes on one by one. */
const LEAST_BEHIND = 2000;
/** What an order may cost in a large system, beside the same order in a small one. */
const MUST = 1.2;

/** The same orders among few others, and among a hundred times as many with a long line behind. */
export function growthScenario(plan: GrowthPlan): Scenario {
  return {
    name: 'growth',
    run: (parts) =>
      withStages(parts, { growth_few: 1, growth_many: 1 }, async ([few, many]) => {
        if (!few || !many) return { figures: [], samples: [] };
        for (const stage of [few, many]) await placeFirst(stage, plan.few);
        const start = performance.now();
        await multiplyOrders(many.rig.database, plan.many);
        const fillSeconds = (performance.now() - start) / 1000;
        parts.say(`${plan.many} orders are there after ${fillSeconds.toFixed(1)} s`);
        const short = await WaitingLine.open(few, LEAST_BEHIND);
        const long = await WaitingLine.open(many, plan.waiting);
        try {
          await long.fill(plan.measured);
          parts.say(`${plan.waiting} jobs wait`);
          const pacing = {
            sizes: { preloaded: plan.measured },
            shares: { preloaded: 1 },
            endMs: Number.POSITIVE_INFINITY,
          };
          const of = (name: string, line: WaitingLine): Contender<'preloaded'> => ({
            name,
            size: 'preloaded',
            measure: (count) => line.measure(count),
          });
          const contenders = [of('few', short), of('many', long)];
          const series = await inRounds(contenders, parts.rounds, pacing, parts.say);
          const fill: Figure = { what: 'filling the database', value: fillSeconds, unit: 's' };
          return { figures: [fill, ...figuresOf(series)], samples: series };
        } finally {
          await short.close();
          await long.close();
        }
      }),
  };
}

/** Orders that the saga itself has carried out: what the others are copied from. */
async function placeFirst(stage: Stage, orders: number): Promise<void> {
  const many = sagaContenders(stage).find(({ name }) => name === 'saga many');
  await many?.measure(orders);
}

/** Orders on one hot goods id that wait in line, of which each measurement takes the foremost. */
class WaitingLine {
  private readonly stage: Stage;
  private readonly behind: number;
  private readonly queue: HeldQueue;
  private readonly goods: Goods;
  private readonly runName: string;
  private added = 0;
  private done = 0;

  static async open(stage: Stage, behind: number): Promise<WaitingLine> {
    const { goods, run } = await stage.supply.stocked(1, 10_000_000);
    return new WaitingLine(stage, behind, goods, run);
  }

  private constructor(stage: Stage, behind: number, goods: Goods, runName: string) {
    const { redisUrl, queuePrefix } = stage.rig.config;
    this.stage = stage;
    this.behind = behind;
    this.goods = goods;
    this.runName = runName;
    this.queue = new HeldQueue(redisUrl, queuePrefix, 'order-placed');
  }

  /** Until so many wait, and those that stay behind them. */
  async fill(count: number): Promise<void> {
    const { rig, supply } = this.stage;
    await this.queue.hold();
    const missing = this.behind + count - (this.added - this.done);
    const orders = Array.from({ length: Math.max(0, missing) }, (_, index) =>
      supply.orderOf(this.runName, this.goods, this.added + index),
    );
    for (const some of inChunks(orders, ADDED_AT_ONCE)) await rig.queues.add('order-placed', some);
    this.added += orders.length;
  }

  async measure(count: number): Promise<Sample> {
    const { rig, worker } = this.stage;
    await this.fill(count);
    const afterSeq = await lastSeq(rig.database);
    const sample = await timed(rig, worker, count, async () => {
      await this.queue.letGo();
      await this.payUntil(count, afterSeq);
    });
    // Those that were in hand when the line was held again are done as well, and count.
    const orders = (await lastSeq(rig.database)) - afterSeq;
    this.done += orders;
    return { ...sample, orders };
  }

  async close(): Promise<void> {
    await this.queue.close();
  }

  private async payUntil(count: number, afterSeq: number): Promise<void> {
    const { rig } = this.stage;
    const frontier = new Frontier(afterSeq);
    const look = async () => {
      const seen = await reservedAfter(rig.counted, frontier.seq, SEEN_AT_ONCE);
      await pay(rig.queues, frontier.take(seen), 1);
      await pause(LOOK_MS);
    };
    while (frontier.count < count) await look();
    await this.queue.hold();
    while (await this.someUnderWay(afterSeq)) await look();
  }

  private async someUnderWay(afterSeq: number): Promise<boolean> {
    const { rig } = this.stage;
    const counts = await rig.queues.counts();
    const inHand = counts.some(({ queue, active, waiting }) =>
      queue === 'order-placed' ? active > 0 : active + waiting > 0,
    );
    return (
      inHand ||
      (await anyIn(rig.counted, 'placed', afterSeq)) ||
      (await anyIn(rig.counted, 'reserved', afterSeq))
    );
  }
}

const cpuOf = ({ cpu, orders }: Sample): number =>
  cpu === null ? Number.NaN : (allOf(cpu) / orders) * 1000;

function figuresOf([few, many]: readonly Series[]): Figure[] {
  if (!few || !many) return [];
  const ratio = (pick: (sample: Sample) => number) =>
    medianOfRatios(many.samples.map(pick), few.samples.map(pick));
  const middles = [few, many].flatMap(({ name, samples }) => [
    { what: `among ${name}`, value: median(samples.map(perSecond)), unit: 'orders/s' },
    { what: `among ${name}`, value: median(samples.map(cpuOf)), unit: 'cpu s / 1,000' },
  ]);
  const must = { unit: '', must: MUST, atMost: true };
  return [
    ...middles,
    { what: 'processor time, many / few', value: ratio(cpuOf), ...must },
    { what: 'wall time, many / few', value: ratio((one) => 1 / perSecond(one)), ...must },
  ];
}
