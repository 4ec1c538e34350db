import { DelayedError, type Job, UnrecoverableError, Worker, type WorkerOptions } from 'bullmq';
import {
  type Clock,
  codeOf,
  type Logger,
  messageOf,
  pause,
  type Random,
  type Service,
} from '../kernel/index.ts';
import type { RedisClient } from '../redis/index.ts';
import { JobsAlong } from './jobs-along.ts';
import type { QueueName } from './queue-contract.ts';
import { afterFailure, type Delivery, deliveryOf, LookAgain } from './queue-jobs.ts';

export interface QueueWorkerOptions {
  readonly queue: QueueName;
  readonly prefix: string;
  /** A connection of the `worker` role, for this worker alone. */
  readonly connection: RedisClient;
  /** Jobs in hand at once. They mostly wait for their batch, so many are cheap. */
  readonly concurrency: number;
  readonly handle: (delivery: Delivery) => Promise<unknown>;
  /** A job that will not be delivered again, and why. */
  readonly onGivenUp: (delivery: Delivery, reason: string) => Promise<void>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a stop waits for jobs in hand. Default 20 s. */
  readonly drainMs?: number;
  /** How long a job stays with a worker that says nothing more. Default 30 s. */
  readonly leaseMs?: number;
  /** How often jobs of workers that went silent are looked for. Default 15 s. */
  readonly stalledCheckMs?: number;
}

export interface QueueWorker extends Service {
  readonly queue: QueueName;
  /** When it last took a job in hand, on the monotonic clock. */
  lastTakenMs(): number;
  /** Has it room for another job? */
  hasRoom(): boolean;
}

/**
 * Settings that decide whether a crash can kill a good job. A job survives this many deaths of its
 * worker, and this many deliveries in all, before it is given up as the cause of them.
 */
const STALLED_MAX = 20;
const STARTED_MAX = 2000;
const KEEP_COMPLETED = { age: 3600, count: 1000 };
const KEEP_FAILED = { age: 604_800, count: 10_000 };

/** So many jobs come one by one, each as the last is done; what waits behind them comes along. */
const ONE_BY_ONE = 8;

export function createQueueWorker(options: QueueWorkerOptions): QueueWorker {
  const { queue, connection, concurrency, clock, leaseMs = 30_000 } = options;
  const logger = options.logger.with({ queue });
  const hand = { takenMs: clock.monotonicMs(), jobs: 0 };
  const few = Math.min(ONE_BY_ONE, concurrency);
  const worker = new Worker(queue, (job, token) => oneByOne(job, token), {
    ...settingsOf(options, leaseMs),
    concurrency: few,
  });
  const handle = counting(options, hand);
  const along = new JobsAlong({
    worker,
    client: connection,
    prefix: `${options.prefix}:${queue}:`,
    room: () => concurrency - worker.concurrency,
    leaseMs,
    startedMax: STARTED_MAX,
    handle,
    fail: (job, token, error) => failAlone(options, logger, job, token, error),
    onPlain: (isPlain) => {
      plain = isPlain;
      makeRoom();
    },
    logger,
    clock,
  });
  let plain = true;
  let oneByOneNow = 0;
  // The worker has room for one job more, or nobody would notice those that come meanwhile.
  const makeRoom = () => {
    const room = Math.min(concurrency - along.inHand, oneByOneNow + 1);
    worker.concurrency = plain ? Math.max(few, room) : concurrency;
  };
  const oneByOne = async (job: Job, token?: string): Promise<unknown> => {
    oneByOneNow += 1;
    makeRoom();
    if (hand.jobs > 0) along.look();
    try {
      return await handle(deliveryOf(job));
    } catch (error) {
      return await failed(options, logger, job, token, error);
    } finally {
      oneByOneNow -= 1;
    }
  };
  listen(worker, options, logger);
  return {
    name: `worker ${queue}`,
    queue,
    lastTakenMs: () => hand.takenMs,
    hasRoom: () => hand.jobs < concurrency,
    start: async () => {
      await worker.waitUntilReady();
      along.start();
      worker.run().catch((error: unknown) => {
        logger.error('the worker stopped', { error: messageOf(error) });
      });
    },
    stop: async () => {
      // Its close cannot be hurried once it waits for jobs, so the wait comes before it.
      const ended = Promise.all([worker.pause(), along.stop()]);
      const late = await isLate(ended, options.drainMs);
      if (late) logger.warn('jobs in hand did not end in time; they will be delivered again');
      along.close();
      await worker.close(late);
      connection.disconnect();
    },
  };
}

function settingsOf(
  { connection, prefix, stalledCheckMs = 15_000 }: QueueWorkerOptions,
  leaseMs: number,
): WorkerOptions {
  return {
    connection,
    prefix,
    autorun: false,
    lockDuration: leaseMs,
    stalledInterval: stalledCheckMs,
    maxStalledCount: STALLED_MAX,
    maxStartedAttempts: STARTED_MAX,
    drainDelay: 5,
    runRetryDelay: 1000,
    removeOnComplete: KEEP_COMPLETED,
    removeOnFail: KEEP_FAILED,
  };
}

function counting(
  { handle, clock }: QueueWorkerOptions,
  hand: { takenMs: number; jobs: number },
): (delivery: Delivery) => Promise<unknown> {
  return async (delivery) => {
    hand.takenMs = clock.monotonicMs();
    hand.jobs += 1;
    try {
      return await handle(delivery);
    } finally {
      hand.jobs -= 1;
    }
  };
}

/** Decides what a failure means for the job; throws what BullMQ is to make of it. */
function failed(
  { clock, random }: QueueWorkerOptions,
  logger: Logger,
  job: Job,
  token: string | undefined,
  error: unknown,
): Promise<never> {
  if (!(error instanceof LookAgain)) {
    logger.warn('a job failed', {
      jobId: job.id,
      orderId: (job.data as { orderId?: unknown } | null)?.orderId,
      code: codeOf(error),
      error: messageOf(error),
    });
  }
  return afterFailure(job, token, error, random, () => clock.wallMs());
}

/** The same for a job that no worker of BullMQ holds, and so nobody else moves on. */
async function failAlone(
  options: QueueWorkerOptions,
  logger: Logger,
  job: Job,
  token: string,
  error: unknown,
): Promise<void> {
  try {
    await failed(options, logger, job, token, error);
  } catch (verdict) {
    if (verdict instanceof DelayedError) return;
    if (!(verdict instanceof UnrecoverableError)) throw verdict;
    await job.moveToFailed(verdict, token, false);
  }
}

function listen(worker: Worker, { onGivenUp }: QueueWorkerOptions, logger: Logger): void {
  worker.on('error', (error) => logger.warn('queue trouble', { error: messageOf(error) }));
  worker.on('lockRenewalFailed', (jobIds) => {
    // Another worker may get these jobs too. That is harmless: every effect happens once.
    logger.warn('jobs may be delivered twice', { jobs: jobIds.length });
  });
  worker.on('failed', (job, error) => {
    if (!job || !isGivenUpByCrashes(error)) return;
    onGivenUp(deliveryOf(job), error.message).catch((problem: unknown) => {
      logger.error('a given-up job could not be kept', {
        jobId: job.id,
        error: messageOf(problem),
      });
    });
  });
}

/** Does something take longer than this? What fails, as with a Redis that is away, never ends. */
async function isLate(work: Promise<unknown>, limitMs = 20_000): Promise<boolean> {
  const done = new AbortController();
  const ended = work.then(
    () => 'ended',
    () => 'failed', // nothing is lost: its jobs are delivered again
  );
  const first = await Promise.race([ended, pause(limitMs, done.signal)]);
  done.abort();
  return first !== 'ended';
}

/** BullMQ's own words for a job whose worker died, or that was started, too often. */
function isGivenUpByCrashes(error: Error): boolean {
  return /(stalled|started) more than allowable limit/.test(error.message);
}
