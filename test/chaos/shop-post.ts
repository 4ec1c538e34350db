import { isFailure } from '../../src/mysql/index.ts';
import { messageOf, pause } from '../../src/kernel/index.ts';
import type { Database } from '../../src/mysql/index.ts';
import type { Queues } from '../../src/queues/index.ts';
import type { ChaosHistory, Door, OpenCall } from './chaos-history.ts';
import type { PlannedOrder, PlannedPayment } from './workload-plan.ts';

interface Parcel {
  readonly queue: 'order-placed' | 'payment-confirmed';
  readonly id: string;
  readonly payload: PlannedOrder | PlannedPayment;
  readonly call: OpenCall;
  sentMs: number;
  times: number;
}

const LOOK_MS = 120;
const AGAIN_MS = 1200;

/** A producer over queues, as the contract says: it sends the same until MySQL has it. */
export class ShopPost {
  readonly #queues: Queues;
  readonly #database: Database;
  readonly #history: ChaosHistory;
  readonly #closing: AbortSignal;
  #waiting: Parcel[] = [];
  /** Sent again, since nobody could see it yet. */
  resent = 0;

  constructor(
    parts: { readonly queues: Queues; readonly database: Database; readonly history: ChaosHistory },
    closing: AbortSignal,
  ) {
    this.#queues = parts.queues;
    this.#database = parts.database;
    this.#history = parts.history;
    this.#closing = closing;
  }

  get open(): number {
    return this.#waiting.length;
  }

  async place(orders: readonly PlannedOrder[], door: Door): Promise<void> {
    const parcels = orders.map((order) =>
      this.#parcel('order-placed', order.orderId, order, door, 'order.place'),
    );
    await this.#send(parcels, 'orders');
  }

  async pay(payments: readonly PlannedPayment[], door: Door): Promise<void> {
    const parcels = payments.map((payment) =>
      this.#parcel('payment-confirmed', payment.paymentId, payment, door, 'order.pay'),
    );
    await this.#send(parcels, 'payments');
  }

  /** Whatever it is, as it is, once. */
  async raw(queue: 'order-placed' | 'payment-confirmed', payload: unknown): Promise<void> {
    await this.#queues.add(queue, [payload]);
  }

  /** Looks what has arrived and sends the rest again, until the shop closes. */
  async run(pace: number): Promise<void> {
    while ((await pause(LOOK_MS, this.#closing)) === 'elapsed') {
      try {
        await this.#collect();
      } catch (error) {
        // The database is away, which is what this is about: it is asked again.
        if (!isFailure(error, 'unavailable', 'conflict', 'broken')) throw error;
      }
      const now = performance.now();
      const late = this.#waiting.filter(
        ({ sentMs, times }) => now - sentMs > AGAIN_MS * pace * Math.min(times, 3),
      );
      this.resent += late.length;
      for (const queue of ['order-placed', 'payment-confirmed'] as const) {
        void this.#send(late.filter((parcel) => parcel.queue === queue));
      }
    }
    for (const { call } of this.#waiting) call.info('the shop closed');
  }

  #parcel(
    queue: Parcel['queue'],
    id: string,
    payload: Parcel['payload'],
    door: Door,
    f: 'order.place' | 'order.pay',
  ): Parcel {
    const call = this.#history.call(f, id, door, { ...payload });
    const parcel: Parcel = { queue, id, payload, call, sentMs: performance.now(), times: 0 };
    this.#waiting.push(parcel);
    return parcel;
  }

  async #send(parcels: readonly Parcel[], envelope?: 'orders' | 'payments'): Promise<void> {
    const [first] = parcels;
    if (!first) return;
    for (const parcel of parcels) {
      parcel.sentMs = performance.now();
      parcel.times += 1;
    }
    const payloads = parcels.map(({ payload }) => payload);
    const jobs = payloads.length > 1 && envelope ? [{ [envelope]: payloads }] : payloads;
    try {
      await this.#queues.add(first.queue, jobs);
    } catch (error) {
      // Redis did not take it, or did and could not say so: it is sent again.
      this.#history.nemesis('shop', `not sent: ${messageOf(error)}`);
    }
  }

  async #collect(): Promise<void> {
    const arrived = new Map<Parcel['queue'], ReadonlyMap<string, string>>([
      ['order-placed', await this.#orders()],
      ['payment-confirmed', await this.#payments()],
    ]);
    this.#waiting = this.#waiting.filter(({ queue, id, call }) => {
      const state = arrived.get(queue)?.get(id);
      if (state === undefined) return true;
      call.ok({ state });
      return false;
    });
  }

  #orders(): Promise<ReadonlyMap<string, string>> {
    return this.#states(
      'order-placed',
      "SELECT order_id AS id, state FROM orders WHERE state <> 'awaited' AND order_id IN (?)",
    );
  }

  #payments(): Promise<ReadonlyMap<string, string>> {
    return this.#states(
      'payment-confirmed',
      'SELECT payment_id AS id, state FROM payments WHERE payment_id IN (?)',
    );
  }

  async #states(queue: Parcel['queue'], text: string): Promise<ReadonlyMap<string, string>> {
    const ids = this.#waiting.filter((one) => one.queue === queue).map(({ id }) => id);
    if (ids.length === 0) return new Map();
    const rows = await this.#database.rows<{ id: string; state: string }>(text, [ids]);
    return new Map(rows.map(({ id, state }) => [id, state]));
  }
}
