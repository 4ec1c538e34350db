import { type Job, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { queueHandlers } from '../../src/app/queue-handlers.ts';
import { randomName, systemClock, systemRandom } from '../../src/kernel/index.ts';
import {
  createQueueWorker,
  type Delivery,
  type QueueName,
  type QueueWorker,
} from '../../src/queues/index.ts';
import { connectRedis } from '../../src/redis/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { testServers } from './environment.ts';
import { type SagaFixture, sagaFixture } from './saga-fixture.ts';
import { until } from './until.ts';

export interface WorkerChoices {
  /** In place of the saga's own handler. */
  readonly handle?: (delivery: Delivery) => Promise<unknown>;
  readonly drainMs?: number;
  readonly leaseMs?: number;
  readonly stalledCheckMs?: number;
}

/** Queues of one test, with plain producers as any client has them, and workers on demand. */
export class QueueBench {
  readonly fixture: SagaFixture;
  readonly prefix = `{test-${randomName(6)}}`;
  readonly givenUp: { readonly jobId: string; readonly reason: string }[] = [];
  private readonly connection = new Redis(testServers().redisUrl, { maxRetriesPerRequest: null });
  private readonly queues = new Map<QueueName, Queue>();
  private readonly workers: QueueWorker[] = [];

  private constructor(fixture: SagaFixture) {
    this.fixture = fixture;
  }

  static async open(): Promise<QueueBench> {
    return new QueueBench(await sagaFixture());
  }

  queue(name: QueueName): Queue {
    const open = this.queues.get(name);
    if (open) return open;
    const queue = new Queue(name, { connection: this.connection, prefix: this.prefix });
    this.queues.set(name, queue);
    return queue;
  }

  async worker(queue: QueueName, choices: WorkerChoices = {}): Promise<QueueWorker> {
    const { handle = queueHandlers(this.fixture)[queue], ...timing } = choices;
    const worker = createQueueWorker({
      queue,
      prefix: this.prefix,
      connection: connectRedis(testServers().redisUrl, 'worker', {
        logger: silentLogger,
        name: `test-${queue}`,
      }),
      concurrency: 50,
      handle,
      onGivenUp: async ({ jobId }, reason) => {
        this.givenUp.push({ jobId, reason });
      },
      logger: silentLogger,
      clock: systemClock,
      random: systemRandom,
      ...timing,
    });
    this.workers.push(worker);
    await worker.start();
    return worker;
  }

  /** The job once it has come to this state. */
  async inState(job: Job, state: string): Promise<Job> {
    const isIn = async () => (await job.getState()) === state;
    await until(isIn, 10_000, `job ${job.name} to be ${state}`);
    return (await this.queue(job.queueName as QueueName).getJob(job.id ?? '')) as Job;
  }

  deadLetters(): Promise<Record<string, unknown>[]> {
    return this.fixture.database.rows(
      'SELECT source, code, message, order_id, times FROM dead_letters ORDER BY id',
    );
  }

  async close(): Promise<void> {
    for (const worker of this.workers) await worker.stop();
    for (const queue of this.queues.values()) {
      await queue.obliterate({ force: true });
      await queue.close();
    }
    this.connection.disconnect();
    await this.fixture.drop();
  }
}
