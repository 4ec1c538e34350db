import { Redis } from 'ioredis';
import { queueHandlers } from '../src/app/queue-handlers.ts';
import { createQueueNudges } from '../src/app/queue-nudges.ts';
import { type Clock, pause, systemClock, systemRandom } from '../src/kernel/index.ts';
import { type Database, openDatabase } from '../src/mysql/index.ts';
import {
  createQueueWorker,
  openQueues,
  type Queues,
  type QueueWorker,
} from '../src/queues/index.ts';
import { connectRedis } from '../src/redis/index.ts';
import { createSaga, type GoodsLocks, type Rules, type Saga } from '../src/saga/index.ts';
import { silentLogger } from '../src/telemetry/index.ts';
import { countingDatabase } from './counted-database.ts';
import { CountingLog } from './counting-log.ts';
import { HeldQueue } from './held-queue.ts';
import { jobsSoFar } from './queue-traffic.ts';
import { inChunks } from './in-chunks.ts';

/** What one half of an order's way costs, in things that no clock and no busy machine change. */
export interface LegCounts {
  readonly orders: number;
  /** In all queues, alarms included. */
  readonly jobs: number;
  /** Redis commands of the producer, and of the worker. */
  readonly addCommands: number;
  readonly workCommands: number;
  readonly batches: number;
  readonly statements: number;
  readonly trips: number;
  readonly lockRounds: number;
}

export interface OrderCounts {
  readonly placed: LegCounts;
  readonly paid: LegCounts;
}

export interface CountingParts {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Of queues that nobody else reads. */
  readonly prefix: string;
  readonly locks: GoodsLocks;
  readonly rules: Rules;
  /** Goods that nobody has touched before; all orders want them. */
  readonly goodsId: number;
  readonly orders: number;
}

const ADDED_AT_ONCE = 500;
const CONCURRENCY = 400;
const LOOK_MS = 5;
const clock: Clock = systemClock;
type Leg = 'order-placed' | 'payment-confirmed';

/** Sends a burst of orders, one to a job, the whole way through real queues, and counts. */
export async function countOrders(parts: CountingParts): Promise<OrderCounts> {
  const counting = new Counting(parts);
  try {
    return await counting.run();
  } finally {
    await counting.close();
  }
}

class Counting {
  private readonly parts: CountingParts;
  private readonly sqlLog = new CountingLog();
  private readonly addLog = new CountingLog();
  private readonly workLog = new CountingLog();
  private readonly onlooker: Redis;
  private statements = 0;
  private readonly database: Database;
  private readonly producer: Queues;
  private readonly nudging: Queues;
  private readonly saga: Saga;
  private readonly workers: QueueWorker[] = [];

  constructor(parts: CountingParts) {
    this.parts = parts;
    const database = openDatabase({ url: parts.databaseUrl, logger: this.sqlLog.logger });
    this.database = countingDatabase(database, () => {
      this.statements += 1;
    });
    this.onlooker = new Redis(parts.redisUrl);
    this.producer = this.queuesOf(this.addLog);
    this.nudging = this.queuesOf(this.workLog);
    const logger = silentLogger;
    this.saga = createSaga({
      ...parts,
      database: this.database,
      nudges: createQueueNudges({
        queues: this.nudging,
        logger,
        clock,
        lookHere: () => Promise.resolve(),
      }),
      logger,
      clock,
      random: systemRandom,
    });
  }

  async run(): Promise<OrderCounts> {
    const { goodsId, orders } = this.parts;
    await this.saga.advance({
      kind: 'stock-set',
      goodsId,
      available: orders,
      reason: 'counting',
      idempotencyKey: `counting-${goodsId}`,
      via: { cause: 'cli', attempt: 1 },
    });
    await Promise.all([this.producer.ready(5000), this.nudging.ready(5000)]);
    const ids = Array.from({ length: orders }, (_, index) => `c${goodsId}-${index}`);
    const lines = [{ goodsId, quantity: 1 }];
    const placed = await this.leg(
      'order-placed',
      ids.map((orderId) => ({ orderId, lines })),
    );
    const payments = ids.map((orderId) => ({ orderId, paymentId: `p-${orderId}` }));
    return { placed, paid: await this.leg('payment-confirmed', payments) };
  }

  async close(): Promise<void> {
    for (const worker of this.workers) await worker.stop();
    await Promise.all([this.producer.close(), this.nudging.close()]);
    this.onlooker.disconnect();
    await this.database.close();
  }

  /** The jobs lie there before the worker may begin, as in every preloaded measurement. */
  private async leg(queue: Leg, jobs: readonly object[]): Promise<LegCounts> {
    const { redisUrl, prefix } = this.parts;
    const held = new HeldQueue(redisUrl, prefix, queue);
    try {
      await held.hold();
      await this.startWorker(queue);
      const addsBefore = this.addLog.asked;
      const jobsBefore = await jobsSoFar(this.onlooker, prefix);
      for (const some of inChunks(jobs, ADDED_AT_ONCE)) await this.producer.add(queue, some);
      const addCommands = this.addLog.asked - addsBefore;
      const before = this.soFar();
      await held.letGo();
      while (!(await this.isEmpty(queue))) await pause(LOOK_MS);
      const after = this.soFar();
      return {
        orders: jobs.length,
        jobs: (await jobsSoFar(this.onlooker, prefix)) - jobsBefore,
        addCommands,
        workCommands: after.workCommands - before.workCommands,
        batches: after.batches - before.batches,
        statements: after.statements - before.statements,
        trips: after.trips - before.trips,
        lockRounds: after.lockRounds - before.lockRounds,
      };
    } finally {
      await held.close();
    }
  }

  private soFar(): Omit<LegCounts, 'orders' | 'jobs' | 'addCommands'> {
    const { batches, lockRounds } = this.saga.stats;
    return {
      batches,
      lockRounds,
      statements: this.statements,
      trips: this.sqlLog.asked,
      workCommands: this.workLog.asked,
    };
  }

  private async startWorker(queue: Leg): Promise<void> {
    const { redisUrl, prefix } = this.parts;
    const handlers = queueHandlers({ database: this.database, saga: this.saga });
    const worker = createQueueWorker({
      queue,
      prefix,
      connection: connectRedis(redisUrl, 'worker', { logger: this.workLog.logger, name: queue }),
      concurrency: CONCURRENCY,
      handle: handlers[queue],
      onGivenUp: () => Promise.resolve(),
      logger: silentLogger,
      clock,
      random: systemRandom,
    });
    this.workers.push(worker);
    await worker.start();
  }

  private async isEmpty(queue: Leg): Promise<boolean> {
    const counts = await this.producer.counts();
    const found = counts.find((one) => one.queue === queue);
    return found?.waiting === 0 && found.active === 0;
  }

  private queuesOf({ logger }: CountingLog): Queues {
    return openQueues({
      connection: connectRedis(this.parts.redisUrl, 'producer', { logger, name: 'counting' }),
      prefix: this.parts.prefix,
      onError: (error) => process.stderr.write(`queues: ${error.message}\n`),
    });
  }
}
