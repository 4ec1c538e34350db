import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Job, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { queueHandlers } from '../../src/app/queue-handlers.ts';
import { systemClock, systemRandom } from '../../src/kernel/index.ts';
import { createQueueWorker } from '../../src/queues/index.ts';
import { connectRedis } from '../../src/redis/index.ts';
import { audit } from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';
import type { Figure, Measurement, Place } from './figure.ts';
import { GOODS, type MeasuredSystem, measuredIn } from './measured-system.ts';

const KILLS = 8;
const QUEUE = 'order-placed';
/** As of the doomed worker: short, or each death would take half a minute. */
const HASTE = { leaseMs: 250, stalledCheckMs: 80 };

/** A worker that does the work and dies before it can say so. */
async function dieWithJob({ world }: MeasuredSystem, place: Place): Promise<void> {
  const doomed = join(place.root, 'dist/test/support/doomed-worker.js');
  const args = [world.databaseUrl, place.site.queue.url, world.queuePrefix];
  const child = fork(doomed, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A worker as any other takes it over. */
async function endJob({ world }: MeasuredSystem, { site }: Place, job: Job): Promise<void> {
  const { database, queuePrefix: prefix } = world;
  const worker = createQueueWorker({
    queue: QUEUE,
    prefix,
    connection: connectRedis(site.queue.url, 'worker', { logger: silentLogger, name: 'survivor' }),
    concurrency: 10,
    handle: queueHandlers({ database, saga: sagaOver(database).saga })[QUEUE],
    onGivenUp: () => Promise.resolve(),
    logger: silentLogger,
    clock: systemClock,
    random: systemRandom,
    ...HASTE,
  });
  await worker.start();
  try {
    await until(() => job.isCompleted(), 10_000, 'the job to be done', 20);
  } finally {
    await worker.stop();
  }
}

/** Answers how often the job was started until it was done. */
async function startsOf(system: MeasuredSystem, place: Place): Promise<number> {
  const connection = new Redis(place.site.queue.url, { maxRetriesPerRequest: null });
  const queue = new Queue(QUEUE, { connection, prefix: system.world.queuePrefix });
  try {
    const job = await queue.add(QUEUE, { orderId: 'o', lines: [{ goodsId: GOODS, quantity: 1 }] });
    for (let kill = 0; kill < KILLS; kill += 1) await dieWithJob(system, place);
    await endJob(system, place, job);
    return (await queue.getJob(job.id ?? ''))?.attemptsStarted ?? Number.NaN;
  } finally {
    await queue.close();
    connection.disconnect();
  }
}

async function measure(system: MeasuredSystem, place: Place): Promise<readonly Figure[]> {
  const starts = await startsOf(system, place);
  const reserves = await system.number(
    "SELECT COUNT(*) AS n FROM movements WHERE kind = 'reserve'",
  );
  const { differences } = await audit(system.world.database);
  return [
    { what: 'times a worker was killed with the job in hand', value: KILLS, unit: '', atLeast: 5 },
    {
      what: 'times the job was started until it was done',
      value: starts,
      unit: '',
      atLeast: KILLS + 1,
      atMost: KILLS + 1,
    },
    { what: 'times its goods were reserved', value: reserves, unit: '', atLeast: 1, atMost: 1 },
    { what: 'differences in the books', value: differences.length, unit: '', atMost: 0 },
  ];
}

export const killedAgain: Measurement = {
  id: 'G12',
  promise: 'a job outlives its workers',
  measure: (place) =>
    measuredIn(place, { skewsMs: [], api: false }, (system) => measure(system, place)),
};
