import { createClient } from '../src/client/index.ts';
import { pause } from '../src/kernel/index.ts';
import type { WantedOrder } from './goods-supply.ts';
import { statesOf } from './progress-store.ts';
import type { Rig } from './rig.ts';

const LOOK_MS = 5;

/**
 * Callers of one process, with a client as it comes, who each place an order, pay for it when it
 * is reserved, and then place the next.
 */
export async function callInLoops(
  rig: Rig,
  callers: number,
  orders: readonly WantedOrder[],
): Promise<void> {
  const { redisUrl, queuePrefix } = rig.config;
  const client = createClient({ redisUrl, queuePrefix });
  const watch = new OrderWatch(rig);
  const line = orders.values();
  const call = async (): Promise<void> => {
    for (const order of line) {
      const { orderId } = order;
      await client.place(order);
      await watch.until(orderId, 'reserved');
      await client.confirmPayment({ orderId, paymentId: `p-${orderId}` });
      await watch.until(orderId, 'paid');
    }
  };
  const looking = watch.run();
  try {
    await Promise.race([Promise.all(Array.from({ length: callers }, call)), looking]);
    watch.end();
    await looking;
  } finally {
    await client.close();
  }
}

/** One bounded statement every few milliseconds tells all callers how their orders are. */
class OrderWatch {
  private readonly rig: Rig;
  private readonly waiting = new Map<string, { state: string; resolve: () => void }>();
  private ended = false;

  constructor(rig: Rig) {
    this.rig = rig;
  }

  until(orderId: string, state: string): Promise<void> {
    return new Promise((resolve) => this.waiting.set(orderId, { state, resolve }));
  }

  end(): void {
    this.ended = true;
  }

  async run(): Promise<void> {
    while (!this.ended) {
      await pause(LOOK_MS);
      if (this.waiting.size === 0) continue;
      for (const { orderId, state } of await statesOf(this.rig.counted, [...this.waiting.keys()])) {
        const caller = this.waiting.get(orderId);
        if (caller?.state !== state) continue;
        this.waiting.delete(orderId);
        caller.resolve();
      }
    }
  }
}
