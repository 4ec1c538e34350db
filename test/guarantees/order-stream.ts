import { messageOf, pause } from '../../src/kernel/index.ts';
import { until } from '../support/until.ts';
import { GOODS, type MeasuredSystem } from './measured-system.ts';

const EVERY_MS = 50;

interface Ordered {
  readonly sentMs: number;
  /** When an outside reader saw it reserved; on the monotonic clock, like the other. */
  seenMs: number | undefined;
}

export interface StreamOptions {
  readonly name: string;
  readonly perSecond: number;
  readonly lookEveryMs: number;
}

/** Orders through the queue at an even pace, and somebody who sees when they are reserved. */
export class OrderStream {
  readonly orders = new Map<string, Ordered>();
  /** Why sending or looking failed; both are done again. */
  readonly refusals: string[] = [];
  readonly #system: MeasuredSystem;
  readonly #options: StreamOptions;
  readonly #ending = new AbortController();
  #sending = true;
  #running: Promise<unknown> = Promise.resolve();

  constructor(system: MeasuredSystem, options: StreamOptions) {
    this.#system = system;
    this.#options = options;
  }

  start(): void {
    this.#running = Promise.all([this.#send(), this.#look()]);
  }

  /** Orders seen reserved in this time, for each second of it. */
  rate(fromMs: number, toMs: number): number {
    const seen = [...this.orders.values()].filter(
      ({ seenMs }) => seenMs !== undefined && seenMs > fromMs && seenMs <= toMs,
    );
    return (seen.length * 1000) / (toMs - fromMs);
  }

  /** How long each order took that was sent in this time; NaN for one that nobody saw. */
  delays(fromMs: number, toMs: number): number[] {
    return [...this.orders.values()]
      .filter(({ sentMs }) => sentMs >= fromMs && sentMs < toMs)
      .map(({ sentMs, seenMs }) => (seenMs ?? Number.NaN) - sentMs);
  }

  /** Sends nothing new, and what was lost on the way once more; waits until all are reserved. */
  async finish(limitMs: number): Promise<void> {
    this.#sending = false;
    const missing = () => [...this.orders].filter(([, { seenMs }]) => seenMs === undefined);
    try {
      await until(() => missing().length === 0, 3000, 'every order', 50).catch(async () => {
        this.#add(missing().map(([orderId]) => orderId)); // lost with the Redis that had them
        await until(() => missing().length === 0, limitMs, 'every order sent again', 50);
      });
    } finally {
      this.#ending.abort();
      await this.#running;
    }
  }

  async #send(): Promise<void> {
    const { name, perSecond } = this.#options;
    const start = performance.now();
    do {
      if (!this.#sending) continue;
      const now = performance.now();
      const due = Math.floor(((now - start) * perSecond) / 1000);
      const fresh: string[] = [];
      while (this.orders.size < due) {
        const orderId = `${name}-${this.orders.size}`;
        this.orders.set(orderId, { sentMs: now, seenMs: undefined });
        fresh.push(orderId);
      }
      this.#add(fresh);
    } while ((await pause(EVERY_MS, this.#ending.signal)) === 'elapsed');
  }

  #add(orderIds: readonly string[]): void {
    if (orderIds.length === 0) return;
    const lines = [{ goodsId: GOODS, quantity: 1 }];
    this.#system.world.queues
      .add(
        'order-placed',
        orderIds.map((orderId) => ({ orderId, lines })),
      )
      .catch((error: unknown) => this.refusals.push(messageOf(error)));
  }

  async #look(): Promise<void> {
    do {
      // The database may be away; then there is nothing to be seen.
      const rows = await this.#system.world.database
        .rows<{ orderId: string }>(
          "SELECT order_id AS orderId FROM orders WHERE state = 'reserved'",
        )
        .catch((error: unknown) => {
          this.refusals.push(messageOf(error));
          return [];
        });
      const now = performance.now();
      for (const { orderId } of rows) {
        const ordered = this.orders.get(orderId);
        if (ordered) ordered.seenMs ??= now;
      }
    } while ((await pause(this.#options.lookEveryMs, this.#ending.signal)) === 'elapsed');
  }
}
