import { pause, systemClock } from '../../src/kernel/index.ts';
import type { GoodsSupply, WantedOrder } from '../goods-supply.ts';
import { anyIn, lastSeq, reservedAfter } from '../progress-store.ts';
import type { Rig } from '../rig.ts';
import { Frontier } from '../saga-preloaded.ts';

const SEND_MS = 10;
const LOOK_MS = 5;
const SEEN_AT_ONCE = 5000;

/** An order as its producer sees it. */
export interface Seen {
  /** On the monotonic clock. */
  readonly sentMs: number;
  /** From before it was put in the queue until it was seen to be reserved. */
  readonly tookMs: number;
}

export interface FlowOptions {
  readonly rig: Rig;
  readonly perSecond: number;
  /** The order with this number in line. */
  readonly orderOf: (index: number) => WantedOrder;
}

/** Orders at a steady rate, whatever becomes of those before; each is paid once it is reserved. */
export class SteadyFlow {
  readonly seen: Seen[] = [];
  private readonly options: FlowOptions;
  private readonly sent = new Map<string, number>();
  private sentCount = 0;
  private ending = false;

  constructor(options: FlowOptions) {
    this.options = options;
  }

  end(): void {
    this.ending = true;
  }

  /** Resolves when all that were sent are paid, some time after the end. */
  async run(): Promise<void> {
    const { rig } = this.options;
    const afterSeq = await lastSeq(rig.database);
    await Promise.all([this.send(), this.look(new Frontier(afterSeq))]);
    while (await anyIn(rig.counted, 'reserved', afterSeq)) await pause(LOOK_MS);
  }

  private async send(): Promise<void> {
    const { rig, perSecond, orderOf } = this.options;
    const start = systemClock.monotonicMs();
    while (!this.ending) {
      const now = systemClock.monotonicMs();
      const dueCount = Math.floor(((now - start) / 1000) * perSecond);
      const orders = Array.from({ length: dueCount - this.sentCount }, (_, index) =>
        orderOf(this.sentCount + index),
      );
      for (const { orderId } of orders) this.sent.set(orderId, now);
      this.sentCount = dueCount;
      if (orders.length > 0) await rig.queues.add('order-placed', orders);
      await pause(SEND_MS);
    }
  }

  private async look(frontier: Frontier): Promise<void> {
    const { rig } = this.options;
    while (!this.ending || this.sent.size > 0) {
      const found = await reservedAfter(rig.counted, frontier.seq, SEEN_AT_ONCE);
      const now = systemClock.monotonicMs();
      const fresh = frontier.take(found).filter((orderId) => this.note(orderId, now));
      const payments = fresh.map((orderId) => ({ orderId, paymentId: `p-${orderId}` }));
      if (payments.length > 0) await rig.queues.add('payment-confirmed', payments);
      await pause(LOOK_MS);
    }
  }

  private note(orderId: string, now: number): boolean {
    const sentMs = this.sent.get(orderId);
    if (sentMs === undefined) return false;
    this.sent.delete(orderId);
    this.seen.push({ sentMs, tookMs: now - sentMs });
    return true;
  }
}

/** Orders of goods that were stocked for so many of them. */
export async function endlessOrders(
  supply: GoodsSupply,
  goodsCount: number,
  atMost: number,
): Promise<(index: number) => WantedOrder> {
  const { goods, run } = await supply.stocked(goodsCount, atMost);
  return (index) => supply.orderOf(run, goods, index);
}
