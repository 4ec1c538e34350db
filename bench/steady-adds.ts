import { pause } from '../src/kernel/index.ts';
import type { WorkerChild } from './child-process.ts';
import type { Percentiles } from './contender.ts';
import { percentilesOf } from './percentiles.ts';
import { sharedMs } from './shared-clock.ts';
import type { Told } from './told-orders.ts';

const LOOK_MS = 1;

/** A producer that adds orders at an even rate, whether or not those before them are done. */
export class SteadyAdds {
  private readonly calledMs = new Map<string, number>();
  private readonly latencies: number[] = [];

  /** Resolves when all have been added; each is measured from its own call on. */
  async run<Order extends { readonly orderId: string }>(
    orders: readonly Order[],
    perSecond: number,
    add: (order: Order) => Promise<unknown>,
  ): Promise<void> {
    const start = sharedMs();
    const adding: Promise<unknown>[] = [];
    while (adding.length < orders.length) {
      const due = Math.ceil(((sharedMs() - start) / 1000) * perSecond);
      for (const order of orders.slice(adding.length, due)) {
        this.calledMs.set(order.orderId, sharedMs());
        adding.push(add(order));
      }
      await pause(LOOK_MS);
    }
    await Promise.all(adding);
  }

  /** Hears from a worker, until the answer is called, which orders it has reserved. */
  async watch(worker: WorkerChild, seen: (orderIds: readonly string[]) => void) {
    const forget = worker.onMessage((message) => {
      if (message.type !== 'reserved') return;
      const { orderIds, atMs } = message as unknown as Told;
      for (const [index, orderId] of orderIds.entries()) {
        const calledMs = this.calledMs.get(orderId);
        if (calledMs !== undefined) this.latencies.push((atMs[index] ?? Number.NaN) - calledMs);
      }
      seen(orderIds);
    });
    await worker.ask({ type: 'watch' });
    return async () => {
      await worker.ask({ type: 'unwatch' });
      forget();
    };
  }

  /** From the call of add until the order was reserved. */
  percentiles(): Percentiles {
    return percentilesOf(this.latencies);
  }
}
