import { queueHandlers } from '../../src/app/queue-handlers.ts';
import { systemClock, systemRandom } from '../../src/kernel/index.ts';
import { openDatabase } from '../../src/mysql/index.ts';
import { createQueueWorker } from '../../src/queues/index.ts';
import { connectRedis } from '../../src/redis/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { sagaOver } from './saga-fixture.ts';

/**
 * A worker in a process of its own, to be killed: it does the work of a job, tells its parent, and
 * never comes to the point of saying that the job is done.
 */
const [databaseUrl = '', redisUrl = '', prefix = ''] = process.argv.slice(2);
const database = openDatabase({ url: databaseUrl, logger: silentLogger });
const handle = queueHandlers({ database, saga: sagaOver(database).saga })['order-placed'];

const worker = createQueueWorker({
  queue: 'order-placed',
  prefix,
  connection: connectRedis(redisUrl, 'worker', { logger: silentLogger, name: 'doomed' }),
  concurrency: 1,
  handle: async (delivery) => {
    await handle(delivery);
    process.send?.({ attempt: delivery.attempt });
    await new Promise(() => undefined);
  },
  onGivenUp: () => Promise.resolve(),
  logger: silentLogger,
  clock: systemClock,
  random: systemRandom,
  leaseMs: 250,
  stalledCheckMs: 80,
});
await worker.start();
