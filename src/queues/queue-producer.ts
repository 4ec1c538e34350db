import type { Queue } from 'bullmq';
import { AppError } from '../kernel/index.ts';
import { type RedisClient, whenReady } from '../redis/index.ts';
import { QUEUE_NAMES, type QueueName } from './queue-contract.ts';
import { usableQueue } from './usable-queue.ts';

export interface QueueCounts {
  readonly queue: QueueName;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
  readonly completed: number;
}

/** Typed ways to put jobs in, and to look at the queues from outside. */
export interface Queues {
  /** Resolves when the server answers, rejects when it does not in time. */
  ready(timeoutMs: number): Promise<void>;
  add(queue: QueueName, payloads: readonly unknown[]): Promise<void>;
  /** An alarm clock; one for each whole second, however many ask for it. */
  addAlarm(dueAtMs: number, delayMs: number): Promise<void>;
  counts(): Promise<readonly QueueCounts[]>;
  /** When the job that has waited longest was put in, or null when none waits. */
  oldestWaitingMs(queue: QueueName): Promise<number | null>;
  /** Somebody wants its jobs to wait. */
  isPaused(queue: QueueName): Promise<boolean>;
  /** How many workers wait for jobs of each queue, in all processes. */
  workers(): Promise<Readonly<Record<QueueName, number>>>;
  close(): Promise<void>;
}

export interface QueuesOptions {
  /** A connection of the `producer` role; this one closes it. */
  readonly connection: RedisClient;
  /** The connection belongs to somebody else, and stays. */
  readonly leaveOpen?: boolean;
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}

const NUDGE = { removeOnComplete: true, removeOnFail: { age: 604_800, count: 10_000 } };
/** Kept neither way: a job that is kept would silently swallow the next of the same id. */
const ALARM = { removeOnComplete: true, removeOnFail: true };

export function openQueues(options: QueuesOptions): Queues {
  const { connection, leaveOpen = false, prefix, onError } = options;
  const queues = new Map<QueueName, Promise<Queue>>();
  const open: Queue[] = [];
  const queueOf = async (name: QueueName): Promise<Queue> => {
    const known = queues.get(name);
    if (known) return await known;
    if (connection.status !== 'ready') throw unreachableNow(name);
    const queue = usableQueue(name, { connection, prefix }, onError);
    queues.set(name, queue);
    try {
      open.push(await queue);
    } catch (error) {
      queues.delete(name); // the next call makes another one
      throw error;
    }
    return await queue;
  };
  return {
    ready: (timeoutMs) => whenReady(connection, timeoutMs),
    add: async (name, payloads) => {
      const jobs = payloads.map((data) => ({ name, data, opts: NUDGE }));
      await (await queueOf(name)).addBulk(jobs);
    },
    addAlarm: async (dueAtMs, delayMs) => {
      const queue = await queueOf('delayed-timeout');
      await queue.add(
        'delayed-timeout',
        { dueAt: dueAtMs },
        { ...ALARM, jobId: `due-${Math.ceil(dueAtMs / 1000)}`, delay: Math.max(0, delayMs) },
      );
    },
    counts: async () =>
      await Promise.all(QUEUE_NAMES.map(async (name) => countsOf(name, await queueOf(name)))),
    oldestWaitingMs: async (name) => {
      const [job] = await (await queueOf(name)).getJobs(['waiting'], 0, 0, true);
      return job?.timestamp ?? null;
    },
    isPaused: async (name) => await (await queueOf(name)).isPaused(),
    workers: async () => {
      const counts = QUEUE_NAMES.map(async (name) => {
        const queue = await queueOf(name);
        return [name, await queue.getWorkersCount()];
      });
      return Object.fromEntries(await Promise.all(counts)) as Record<QueueName, number>;
    },
    close: async () => {
      // One that has not met its server yet may never do so, and is not waited for.
      await Promise.all(open.map((queue) => queue.close()));
      if (!leaveOpen) connection.disconnect();
    },
  };
}

async function countsOf(name: QueueName, queue: Queue): Promise<QueueCounts> {
  const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed', 'completed');
  const { waiting = 0, active = 0, delayed = 0, failed = 0, completed = 0 } = counts;
  return { queue: name, waiting, active, delayed, failed, completed };
}

function unreachableNow(queue: QueueName): AppError {
  return new AppError('queues-unreachable', `the queue Redis cannot be reached for ${queue}`, {
    retryable: true,
    details: { queue },
  });
}
