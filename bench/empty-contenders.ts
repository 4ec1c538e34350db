import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { CLOSED_LOOP_CALLERS } from './bench-sizes.ts';
import type { Contender, Sample } from './contender.ts';
import { EMPTY_JOB, type EmptyOrder, emptyPrefix, type Way } from './empty-pipeline.ts';
import { pause } from '../src/kernel/index.ts';
import type { HalfLoad } from './half-load.ts';
import { HeldQueue } from './held-queue.ts';
import { inChunks } from './in-chunks.ts';
import { timed } from './measuring.ts';
import type { Rig } from './rig.ts';
import { ADDED_AT_ONCE } from './saga-preloaded.ts';
import { SteadyAdds } from './steady-adds.ts';
import type { WorkerChild } from './child-process.ts';

export interface EmptyParts {
  readonly rig: Rig;
  readonly worker: WorkerChild;
  readonly load: HalfLoad;
}

const LOOK_MS = 5;

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
  const halfLoad: Contender = {
    name: 'empty half load',
    size: 'halfLoad',
    measure: (count) =>
      withQueues(parts, 'singly', (queues) => measureHalfLoad(parts, queues, count)),
  };
  return [...form('singly'), ...form('bulk'), halfLoad];
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
      const forget = onPaid(worker, (orderIds) => {
        paid += orderIds.length;
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
  const forget = onPaid(worker, (orderIds) => {
    for (const orderId of orderIds) waiting.get(orderId)?.();
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

/** The same producer as that of the saga at half load. */
async function measureHalfLoad(
  { rig, worker, load }: EmptyParts,
  { placed }: EmptyQueues,
  count: number,
): Promise<Sample> {
  const adds = new SteadyAdds();
  const sample = await timed(rig, worker, count, async () => {
    let paid = 0;
    const forget = onPaid(worker, (orderIds) => {
      paid += orderIds.length;
    });
    const ended = await adds.watch(worker, () => undefined);
    const add = (order: EmptyOrder) => placed.add('order-placed', order, EMPTY_JOB);
    await adds.run(ordersOf(count), load.perSecond, add);
    while (paid < count) await pause(LOOK_MS);
    await ended();
    forget();
  });
  return { ...sample, latencyMs: adds.percentiles() };
}

function onPaid(worker: WorkerChild, heard: (orderIds: readonly string[]) => void): () => void {
  return worker.onMessage(({ type, orderIds }) => {
    if (type === 'paid') heard(orderIds as readonly string[]);
  });
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
