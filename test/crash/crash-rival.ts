import { compose } from '../../src/app/compose.ts';
import type { App } from '../../src/app/index.ts';
import { readConfig } from '../../src/app/config.ts';
import { queueHandlers } from '../../src/app/queue-handlers.ts';
import { systemClock, systemRandom } from '../../src/kernel/index.ts';
import type { OrderRequest } from '../../src/orders/index.ts';
import { createQueueWorker, type QueueName, type QueueWorker } from '../../src/queues/index.ts';
import { connectRedis } from '../../src/redis/index.ts';
import { type SagaDoors, sagaDoorsOf } from '../support/saga-fixture.ts';

const CLI = { cause: 'cli', attempt: 1 } as const;

/** Somebody else with the same servers and no fault: prepares, competes, and looks afterwards. */
export class CrashRival {
  readonly app: App;
  readonly doors: SagaDoors;
  #workers: QueueWorker[] = [];

  constructor(environment: Readonly<Record<string, string>>) {
    this.app = compose(readConfig(environment, 'error'), 'crash-rival');
    this.doors = sagaDoorsOf(this.app.saga);
  }

  /** Placed and reserved, in two steps that nobody needs to be reminded of. */
  async order(order: OrderRequest): Promise<void> {
    await this.placeOnly(order);
    await this.doors.reserve(order.orderId);
  }

  async placeOnly(order: OrderRequest): Promise<void> {
    await this.app.saga.advance({ kind: 'placed', order, followedUp: true, via: CLI });
  }

  /** Takes jobs of these queues beside the subject, until it rests. */
  async work(queues: readonly QueueName[]): Promise<void> {
    const { app } = this;
    this.#workers = queues.map((queue) =>
      createQueueWorker({
        queue,
        prefix: app.config.queuePrefix,
        connection: connectRedis(app.config.redisUrl, 'worker', {
          logger: app.logger,
          name: `rival-${queue}`,
        }),
        concurrency: 1,
        handle: queueHandlers(app)[queue],
        onGivenUp: () => Promise.resolve(),
        logger: app.logger,
        clock: systemClock,
        random: systemRandom,
        leaseMs: 250,
        stalledCheckMs: 80,
      }),
    );
    await Promise.all(this.#workers.map((worker) => worker.start()));
  }

  async rest(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.stop()));
  }

  /** Nothing is waiting, in hand, or put off; alarms for later do not count. */
  async queuesAreIdle(queues: readonly QueueName[]): Promise<boolean> {
    const counts = await this.app.queues.counts();
    return counts
      .filter(({ queue }) => queues.includes(queue))
      .every(({ queue, waiting, active, delayed }) => {
        const later = queue === 'delayed-timeout' ? 0 : delayed;
        return waiting + active + later === 0;
      });
  }

  async close(): Promise<void> {
    await this.rest();
    await this.app.close();
  }
}
