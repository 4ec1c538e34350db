import { createNoticeDelivery } from '../delivery/index.ts';
import {
  AppError,
  messageOf,
  type Service,
  stopAll,
  systemClock,
  systemRandom,
} from '../kernel/index.ts';
import { createUploadSweep } from '../media/index.ts';
import { pendingMigrations } from '../mysql/index.ts';
import {
  createProgressWatchdog,
  createQueueWorker,
  type QueueName,
  type QueueWorker,
} from '../queues/index.ts';
import { assertNoEviction, connectRedis, whenReady } from '../redis/index.ts';
import { assertPrivileges, createSweep } from '../saga/index.ts';
import type { App } from './compose.ts';
import { queueHandlers } from './queue-handlers.ts';

/** Jobs of one queue in hand at once. They wait for their batch, which is what makes it large. */
const CONCURRENCY = 400;

export interface RunningWorkers {
  stop(): Promise<void>;
}

/** Starts the workers of these queues, the sweep beside them, and a watchdog over them. */
export async function startWorkers(
  app: App,
  queues: readonly QueueName[],
  onStuck: (queue: string) => void,
): Promise<RunningWorkers> {
  await assertReady(app);
  const workers = queues.map((queue) => workerOf(app, queue));
  const services: Service[] = [
    ...workers,
    createSweep({
      ...app,
      periodMs: app.config.sweepMs,
      random: systemRandom,
    }),
    ...noticeDeliveryOf(app),
    createUploadSweep({ ...app, periodMs: app.config.sweepMs, random: systemRandom }),
    createProgressWatchdog({ workers, ...app, clock: systemClock, onStuck }),
  ];
  for (const service of services) await service.start();
  return {
    stop: async () => {
      await stopAll(services, ({ name }, error) => {
        app.logger.error('could not be stopped', { service: name, error: messageOf(error) });
      });
    },
  };
}

/** Nobody to tell, nothing to run. */
function noticeDeliveryOf(app: App): Service[] {
  const { url, secrets } = app.config.notices;
  if (url === null) return [];
  const delivery = createNoticeDelivery({
    ...app,
    receiver: { url, secrets },
    periodMs: app.config.sweepMs,
    clock: systemClock,
    random: systemRandom,
  });
  return [delivery];
}

function workerOf(app: App, queue: QueueName): QueueWorker {
  const { config, logger, saga } = app;
  return createQueueWorker({
    queue,
    prefix: config.queuePrefix,
    connection: connectRedis(config.redisUrl, 'worker', {
      logger,
      name: `worker-${queue}`,
      tls: config.tls,
    }),
    concurrency: CONCURRENCY,
    handle: queueHandlers(app)[queue],
    onGivenUp: (delivery, reason) =>
      saga.deadLetters.bury({
        source: queue,
        code: 'job-given-up',
        message: reason,
        orderId: null,
        payload: delivery.payload,
      }),
    logger,
    clock: systemClock,
    random: systemRandom,
  });
}

/** Says what is wrong with the servers before a single job is taken. */
async function assertReady(app: App): Promise<void> {
  const { config, logger, queues } = app;
  await assertSchema(app);
  await queues.ready(5000);
  const probe = connectRedis(config.redisUrl, 'producer', {
    logger,
    name: 'start-check',
    tls: config.tls,
  });
  try {
    await whenReady(probe, 5000);
    await assertNoEviction(probe, logger);
  } finally {
    probe.disconnect();
  }
}

/** The database has every table that this version needs, and lets us use them. */
export async function assertSchema({ config, logger, database }: App): Promise<void> {
  const pending = await pendingMigrations({ url: config.databaseUrl, tls: config.tls, logger });
  if (pending.length > 0) {
    throw new AppError(
      'schema-behind',
      `the database lacks ${pending.length} migrations (${pending[0]}..); run: holdfast migrate`,
      { details: { pending } },
    );
  }
  await assertPrivileges(database, { locksToo: config.lockUrls.includes('mysql:') });
}
