import { messageOf, pause, type Random } from '../kernel/index.ts';
import { readStock } from '../stock/index.ts';
import type { App } from './compose.ts';

const GOODS = Array.from({ length: 20 }, (_, index) => 9101 + index);
const TICK_MS = 250;
const ORDERS_A_TICK = 5;
const STATUS_EVERY = 20;
const HOLD_SECONDS = 20;
/** Of ten orders so many are paid; the others are left to expire. */
const PAID_OF_TEN = 7;
const STOCK = 500;
const STOCK_LOW = 50;

export interface Traffic {
  stop(): Promise<void>;
}

/** About twenty orders a second over twenty goods ids, until it is stopped. */
export function startTraffic(
  app: App,
  run: string,
  random: Random,
  say: (line: string) => unknown,
): Traffic {
  const ending = new AbortController();
  const shop = new LiveShop(app, run, random);
  const loop = async (): Promise<void> => {
    say('Now some traffic: about 20 orders a second; Ctrl-C ends it.');
    for (let tick = 0; !ending.signal.aborted; tick += 1) {
      try {
        if (tick % STATUS_EVERY === 0) say(await shop.statusAfterRestock(tick));
        await shop.sell(tick);
      } catch (error) {
        say(`  a server is away, trying again: ${messageOf(error)}`);
      }
      await pause(TICK_MS, ending.signal);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

class LiveShop {
  private readonly app: App;
  private readonly run: string;
  private readonly random: Random;
  private unpaid: string[] = [];
  private placed = 0;
  private paid = 0;

  constructor(app: App, run: string, random: Random) {
    this.app = app;
    this.run = run;
    this.random = random;
  }

  /** Places some orders, and pays most of those of the tick before. */
  async sell(tick: number): Promise<void> {
    const { queues } = this.app;
    const orders = Array.from({ length: ORDERS_A_TICK }, (_, index) => ({
      orderId: `live-${this.run}-${tick}-${index}`,
      buyerId: `buyer-${this.upTo(500)}`,
      lines: [{ goodsId: GOODS[this.upTo(GOODS.length)], quantity: 1 + this.upTo(3) }],
      holdSeconds: HOLD_SECONDS,
    }));
    await queues.add('order-placed', orders);
    this.placed += orders.length;
    const payments = this.unpaid.map((orderId) => ({ orderId, paymentId: `pay-${orderId}` }));
    this.unpaid = orders.map(({ orderId }) => orderId).filter(() => this.upTo(10) < PAID_OF_TEN);
    if (payments.length > 0) await queues.add('payment-confirmed', payments);
    this.paid += payments.length;
  }

  async statusAfterRestock(tick: number): Promise<string> {
    const stock = [...(await readStock(this.app.database, GOODS)).values()];
    const known = new Map(stock.map((balance) => [balance.goodsId, balance.available]));
    const low = GOODS.filter((goodsId) => (known.get(goodsId) ?? 0) < STOCK_LOW);
    await this.app.saga.advanceAll(
      low.map((goodsId) => ({
        kind: 'stock-set',
        goodsId,
        available: STOCK,
        reason: 'demo delivery',
        idempotencyKey: `live-${this.run}-${tick}-stock-${goodsId}`,
        via: { cause: 'cli', attempt: 1 },
      })),
    );
    const sum = (field: 'available' | 'held' | 'sold') =>
      stock.reduce((total, balance) => total + balance[field], 0);
    return (
      `  ${this.placed} orders placed, ${this.paid} payments sent; units: ` +
      `${sum('available')} available, ${sum('held')} held, ${sum('sold')} sold`
    );
  }

  private upTo(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}
