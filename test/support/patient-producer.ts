import { messageOf, pause, systemClock } from '../../src/kernel/index.ts';
import type { Database } from '../../src/mysql/index.ts';
import type { Queues } from '../../src/queues/index.ts';
import { until } from './until.ts';

const EVERY_MS = 50;
/** What has not been seen in the database for so long is sent once more. */
const AGAIN_AFTER_MS = 1000;

interface Sent {
  readonly orderId: string;
  readonly firstMs: number;
  lastMs: number;
  state: 'unknown' | 'placed' | 'reserved' | 'paid';
}

/** A producer as the contract wants it: sends again until the database has what it sent. */
export class PatientProducer {
  readonly #parts: { queues: Queues; goodsId: number };
  #database: Database;
  readonly #orders = new Map<string, Sent>();
  readonly #ending = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #places = true;
  /** Why adding failed, for whoever wonders. */
  readonly refusals: string[] = [];

  constructor(parts: { queues: Queues; database: Database; goodsId: number }) {
    this.#parts = parts;
    this.#database = parts.database;
  }

  get sent(): number {
    return this.#orders.size;
  }

  get reserved(): number {
    return this.#count(({ state }) => state === 'reserved' || state === 'paid');
  }

  start(): void {
    this.#running = this.#run();
  }

  mark(): number {
    return systemClock.monotonicMs();
  }

  msSince(mark: number): number {
    return systemClock.monotonicMs() - mark;
  }

  /** How many of those first sent after this moment have been reserved. */
  reservedSince(mark: number): number {
    return this.#count(
      ({ state, firstMs }) => firstMs >= mark && (state === 'reserved' || state === 'paid'),
    );
  }

  async lasting(ms: number): Promise<void> {
    const mark = this.mark();
    await until(() => this.msSince(mark) >= ms, ms + 2000);
  }

  /** Sends nothing new, and waits until all that was sent is paid. */
  async finish(limitMs: number): Promise<void> {
    this.#places = false;
    await until(() => this.#count(({ state }) => state === 'paid') === this.sent, limitMs);
  }

  /** What was known has been lost, and this is what is left: all else is sent again. */
  goOnWith(database: Database): void {
    this.#database = database;
    for (const sent of this.#orders.values()) sent.state = 'unknown';
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await this.#parts.queues.close();
  }

  #count(wanted: (sent: Sent) => boolean): number {
    return [...this.#orders.values()].filter(wanted).length;
  }

  async #run(): Promise<void> {
    do {
      if (this.#places) this.#place();
      await this.#look();
      this.#sendAgain();
    } while ((await pause(EVERY_MS, this.#ending.signal)) === 'elapsed');
  }

  #place(): void {
    const orderId = `o-${this.sent + 1}`;
    const now = systemClock.monotonicMs();
    this.#orders.set(orderId, { orderId, firstMs: now, lastMs: now, state: 'unknown' });
    this.#add(orderId, 'unknown');
  }

  async #look(): Promise<void> {
    // It may be away; then there is nothing new.
    const rows = await this.#database
      .rows<{ orderId: string; state: Sent['state'] }>(
        'SELECT order_id AS orderId, state FROM orders',
      )
      .catch((error: unknown) => {
        this.refusals.push(messageOf(error));
        return [];
      });
    for (const { orderId, state } of rows) {
      const sent = this.#orders.get(orderId);
      if (!sent || sent.state === state) continue;
      sent.state = state;
      if (state === 'reserved') this.#send(sent);
    }
  }

  #sendAgain(): void {
    const now = systemClock.monotonicMs();
    for (const sent of this.#orders.values()) {
      const waits = sent.state === 'unknown' || sent.state === 'reserved';
      if (waits && now - sent.lastMs >= AGAIN_AFTER_MS) this.#send(sent);
    }
  }

  #send(sent: Sent): void {
    sent.lastMs = systemClock.monotonicMs();
    this.#add(sent.orderId, sent.state);
  }

  #add(orderId: string, state: Sent['state']): void {
    const { queues, goodsId } = this.#parts;
    const adding =
      state === 'unknown'
        ? queues.add('order-placed', [{ orderId, lines: [{ goodsId, quantity: 1 }] }])
        : queues.add('payment-confirmed', [{ orderId, paymentId: `p-${orderId}` }]);
    // It is sent again when its time comes.
    adding.catch((error: unknown) => this.refusals.push(messageOf(error)));
  }
}
