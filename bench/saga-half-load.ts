import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { AppError, pause } from '../src/kernel/index.ts';
import { recount } from './books-store.ts';
import type { Contender, Sample } from './contender.ts';
import { EMPTY_JOB } from './empty-pipeline.ts';
import type { HalfLoad } from './half-load.ts';
import { timed, withBatchCounts } from './measuring.ts';
import { anyIn, lastSeq } from './progress-store.ts';
import type { WorkerChild } from './child-process.ts';
import type { SagaParts } from './saga-contenders.ts';
import { pay } from './saga-preloaded.ts';
import { SteadyAdds } from './steady-adds.ts';

const LOOK_MS = 5;

/** One process alone can tell when each of its orders was reserved. */
interface WatchedParts extends SagaParts {
  readonly worker: WorkerChild;
}

/** The whole saga at half of what it can do; what counts is how long an order takes. */
export function sagaHalfLoad(parts: WatchedParts, load: HalfLoad): Contender {
  return {
    name: 'saga half load',
    size: 'halfLoad',
    measure: (count) => measure(parts, load, count),
  };
}

async function measure(parts: WatchedParts, load: HalfLoad, count: number): Promise<Sample> {
  const { rig, supply, worker } = parts;
  const { redisUrl, queuePrefix: prefix } = rig.config;
  const { goods, run } = await supply.stocked(1, count);
  const orders = Array.from({ length: count }, (_, index) => supply.orderOf(run, goods, index));
  const afterSeq = await lastSeq(rig.database);
  // The same plain producer as that of the empty pipeline.
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const placed = new Queue('order-placed', { connection, prefix });
  try {
    const adds = new SteadyAdds();
    const { result, batches } = await withBatchCounts(rig, worker, () =>
      timed(rig, worker, count, async () => {
        let reserved = 0;
        const paying: Promise<void>[] = [];
        const ended = await adds.watch(worker, (orderIds) => {
          reserved += orderIds.length;
          paying.push(pay(rig.queues, orderIds, 1));
        });
        await adds.run(orders, load.perSecond, (o) => placed.add('order-placed', o, EMPTY_JOB));
        while (reserved < count) await pause(LOOK_MS);
        await Promise.all(paying);
        while (await anyIn(rig.counted, 'reserved', afterSeq)) await pause(LOOK_MS);
        await ended();
        if (reserved !== count) throw twice(reserved, count);
      }),
    );
    const books = await recount(rig.database, goods.first, goods.last);
    return { ...result, batches, latencyMs: adds.percentiles(), books };
  } finally {
    await placed.close();
    connection.disconnect();
  }
}

function twice(reserved: number, count: number): AppError {
  return new AppError('bench-unexpected', `${reserved} of ${count} orders were told as reserved`);
}
