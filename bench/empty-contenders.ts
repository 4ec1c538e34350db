import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { CLOSED_LOOP_CALLERS } from './bench-sizes.ts';
import type { Contender, Sample } from './contender.ts';
import { EMPTY_JOB, type EmptyOrder, emptyPrefix, type Way } from './empty-pipeline.ts';
import { HeldQueue } from './held-queue.ts';
import { inChunks } from './in-chunks.ts';
import { timed } from './measuring.ts';
import type { Rig } from './rig.ts';
import { ADDED_AT_ONCE } from './saga-preloaded.ts';
import type { WorkerChild } from './child-process.ts';

export interface EmptyParts {
  readonly rig: Rig;
  readonly worker: WorkerChild;
}

/** Empty handlers over the same four queues: as fast as the queue itself can be. */
export function emptyContenders(parts: EmptyParts): Contender[] {
  const form = (way: Way): Contender[] => [
    {
      name: `empty ${way}`,
      size: 'preloaded',
      measure: (count) =>
        withQueues(parts, way, (queues) => measurePreloaded(parts, queues, count)),
    },
    {
      name: `empty ${way} closed-loop`,
      size: 'closedLoop',
      measure: (count) => withQueues(parts, way, (queues) => measureLoops(parts, queues, count)),
    },
  ];
  return [...form('singly'), ...form('bulk')];
}

interface EmptyQueues {
  readonly placed: Queue;
  readonly held: HeldQueue;
}

async function withQueues(
  { rig }: EmptyParts,
  way: Way,
  measure: (queues: EmptyQueues) => Promise<Sample>,
): Promise<Sample> {
  const { redisUrl } = rig.config;
  const prefix = emptyPrefix(way);
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const placed = new Queue('order-placed', { connection, prefix });
  const alarms = new Queue('delayed-timeout', { connection, prefix });
  const held = new HeldQueue(redisUrl, prefix, 'order-placed');
  try {
    const sample = await measure({ placed, held });
    await alarms.drain(true);
    return sample;
  } finally {
    await Promise.all([placed.close(), alarms.close(), held.close()]);
    connection.disconnect();
  }
}

async function measurePreloaded(
  { rig, worker }: EmptyParts,
  { placed, held }: EmptyQueues,
  count: number,
): Promise<Sample> {
  await held.hold();
  const jobs = ordersOf(count).map((data) => ({ name: 'order-placed', data, opts: EMPTY_JOB }));
  for (const some of inChunks(jobs, ADDED_AT_ONCE)) await placed.addBulk(some);
  return await timed(rig, worker, count, async () => {
    let paid = 0;
    const done = new Promise<void>((resolve) => {
      const forget = worker.onMessage(({ orderIds }) => {
        paid += (orderIds as readonly string[]).length;
        if (paid < count) return;
        forget();
        resolve();
      });
    });
    await held.letGo();
    await done;
  });
}

async function measureLoops(
  { rig, worker }: EmptyParts,
  { placed }: EmptyQueues,
  count: number,
): Promise<Sample> {
  const waiting = new Map<string, () => void>();
  const forget = worker.onMessage(({ orderIds }) => {
    for (const orderId of orderIds as readonly string[]) waiting.get(orderId)?.();
  });
  const line = ordersOf(count).values();
  const call = async (): Promise<void> => {
    for (const order of line) {
      const paid = new Promise<void>((resolve) => waiting.set(order.orderId, resolve));
      await placed.add('order-placed', order, EMPTY_JOB);
      await paid;
      waiting.delete(order.orderId);
    }
  };
  const sample = await timed(rig, worker, count, async () => {
    await Promise.all(Array.from({ length: CLOSED_LOOP_CALLERS }, call));
  });
  forget();
  return sample;
}

let runs = 0;

function ordersOf(count: number): EmptyOrder[] {
  runs += 1;
  const run = runs;
  return Array.from({ length: count }, (_, index) => ({
    orderId: `b${run}-${index}`,
    lines: [{ goodsId: 1, quantity: 1 }],
  }));
}
