import { pause } from '../src/kernel/index.ts';
import { recount } from './books-store.ts';
import type { Contender, Sample } from './contender.ts';
import { HeldQueue } from './held-queue.ts';
import { inChunks } from './in-chunks.ts';
import { timed, withBatchCounts } from './measuring.ts';
import { anyIn, keepFromSweep, lastSeq } from './progress-store.ts';
import type { SagaParts } from './saga-contenders.ts';
import { ADDED_AT_ONCE } from './saga-preloaded.ts';

/** As many as a nudge carries after a full batch of placed orders. */
const NUDGE = 400;
const LOOK_MS = 5;

/** The reserve leg alone, on one hot goods id: orders are placed, the nudges are in the queue. */
export function reserveContenders(parts: SagaParts): Contender[] {
  const size = 'reserveLeg';
  return [
    { name: 'reserve nudged', size, measure: (count) => measure(parts, NUDGE, count) },
    { name: 'reserve one by one', size, measure: (count) => measure(parts, 1, count) },
  ];
}

async function measure(parts: SagaParts, perJob: number, count: number): Promise<Sample> {
  const { rig, supply, worker } = parts;
  const { goods, run } = await supply.stocked(1, count);
  const orders = Array.from({ length: count }, (_, index) => supply.orderOf(run, goods, index));
  const afterSeq = await lastSeq(rig.database);
  const queue = new HeldQueue(rig.config.redisUrl, rig.config.queuePrefix, 'pre-deduct');
  try {
    await queue.hold();
    await supply.place(orders);
    await keepFromSweep(rig.database, afterSeq);
    const orderIds = orders.map(({ orderId }) => orderId);
    const jobs = inChunks(orderIds, perJob).map((some) => ({ orderIds: some }));
    for (const some of inChunks(jobs, ADDED_AT_ONCE)) await rig.queues.add('pre-deduct', some);
    const { result, batches } = await withBatchCounts(rig, worker, () =>
      timed(rig, worker, count, async () => {
        await queue.letGo();
        while (await anyIn(rig.counted, 'placed', afterSeq)) await pause(LOOK_MS);
      }),
    );
    return { ...result, batches, books: await recount(rig.database, goods.first, goods.last) };
  } finally {
    await queue.close();
  }
}
