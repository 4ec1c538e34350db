/**
 * Four queues with handlers that do nothing but pass an order on, as one would write them: the cost
 * of the queue itself. Adds jobs one by one, or all those of one turn of the event loop together.
 */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { pause } from '../src/kernel/index.ts';
import { QUEUE_NAMES, type QueueName } from '../src/queues/index.ts';
import { EMPTY_JOB, type EmptyOrder, emptyPrefix, HOLD_MS, type Way } from './empty-pipeline.ts';
import { GatheredAdds } from './gathered-adds.ts';
import { answerLauncher } from '../src/app/run-process.ts';
import { TELL_MS, ToldOrders } from './told-orders.ts';

const CONCURRENCY = 400;

const [redisUrl = ''] = process.argv.slice(2);
const connect = () => new Redis(redisUrl, { maxRetriesPerRequest: null });
let paid: string[] = [];
const told = new ToldOrders();

async function pipeline(way: Way): Promise<void> {
  const prefix = emptyPrefix(way);
  const connection = connect();
  const queues = new Map(
    QUEUE_NAMES.map((name) => [name, new Queue(name, { connection, prefix })]),
  );
  const adds = new Map(
    [...queues].map(([name, queue]) => [name, new GatheredAdds(queue, way === 'bulk')]),
  );
  const add = async (name: QueueName, order: EmptyOrder, more = {}): Promise<void> => {
    await adds.get(name)?.add({ name, data: order, opts: { ...EMPTY_JOB, ...more } });
  };
  const handlers: Record<QueueName, (order: EmptyOrder) => Promise<void>> = {
    'order-placed': (order) => add('pre-deduct', order),
    'pre-deduct': async (order) => {
      told.add(order.orderId);
      await add('delayed-timeout', order, { jobId: `due-${order.orderId}`, delay: HOLD_MS });
      await add('payment-confirmed', order);
    },
    'payment-confirmed': async ({ orderId }) => {
      paid.push(orderId);
    },
    'delayed-timeout': async () => undefined,
  };
  for (const name of QUEUE_NAMES) {
    const worker = new Worker<EmptyOrder>(name, (job) => handlers[name](job.data), {
      connection: connect(),
      prefix,
      concurrency: CONCURRENCY,
    });
    await worker.waitUntilReady();
  }
}

await pipeline('singly');
await pipeline('bulk');
answerLauncher(told.answers());
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });
for (;;) {
  await pause(TELL_MS);
  if (paid.length === 0) continue;
  process.send?.({ type: 'paid', orderIds: paid });
  paid = [];
}
