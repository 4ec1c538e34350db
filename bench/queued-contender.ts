import { pause } from '../src/kernel/index.ts';
import { recount } from './books-store.ts';
import type { Contender, Sample } from './contender.ts';
import { HeldQueue } from './held-queue.ts';
import type { HttpSize } from './http-sizes.ts';
import { inChunks } from './in-chunks.ts';
import { timed, withBatchCounts } from './measuring.ts';
import { lastSeq, reservedSince } from './progress-store.ts';
import type { SagaParts } from './saga-contenders.ts';
import { ADDED_AT_ONCE } from './saga-preloaded.ts';

const LOOK_MS = 10;

/** The same orders through the queue: one to a job, placed and reserved, and nothing after that. */
export function queuedContender(parts: SagaParts): Contender<HttpSize> {
  return { name: 'queue singly', size: 'queued', measure: (count) => measure(parts, count) };
}

async function measure({ rig, supply, worker }: SagaParts, count: number): Promise<Sample> {
  const { goods, run } = await supply.stocked(1, count);
  const orders = Array.from({ length: count }, (_, index) => supply.orderOf(run, goods, index));
  const afterSeq = await lastSeq(rig.database);
  const queue = new HeldQueue(rig.config.redisUrl, rig.config.queuePrefix, 'order-placed');
  try {
    await queue.hold();
    for (const some of inChunks(orders, ADDED_AT_ONCE)) await rig.queues.add('order-placed', some);
    const { result, batches } = await withBatchCounts(rig, worker, () =>
      timed(rig, worker, count, async () => {
        await queue.letGo();
        while ((await reservedSince(rig.counted, afterSeq)) < count) await pause(LOOK_MS);
      }),
    );
    const books = await recount(rig.database, goods.first, goods.last);
    return { ...result, batches, books };
  } finally {
    await queue.close();
  }
}
