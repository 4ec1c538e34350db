import { type DatabaseTime, type Logger, messageOf } from '../kernel/index.ts';
import type { Order, OrderState } from '../orders/index.ts';
import type { Payment } from '../payments/index.ts';
import type { Balance } from '../stock/index.ts';
import type { World } from './world.ts';

/** What one transaction has changed, told after its COMMIT was answered. */
export interface Commit {
  readonly now: DatabaseTime;
  /** How many events it carried, refused and unchanged ones among them. */
  readonly events: number;
  readonly orders: readonly CommittedOrder[];
  readonly stock: readonly { readonly before: Balance; readonly after: Balance }[];
  readonly payments: readonly Payment[];
}

export interface CommittedOrder {
  /** Its state before; null for one that nobody had spoken of. */
  readonly from: OrderState | null;
  readonly order: Order;
}

export type CommitListener = (commit: Commit) => void;

/**
 * Tells those in this process who want to know what has become true. Nothing depends on it: what
 * other processes commit is not told here, and a listener that fails is logged and forgotten.
 */
export class CommitFeed {
  private readonly listeners = new Set<CommitListener>();
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  listen(listener: CommitListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(world: World, events: number): void {
    if (this.listeners.size === 0) return;
    const commit = commitOf(world, events);
    for (const listener of this.listeners) {
      try {
        listener(commit);
      } catch (error) {
        this.logger.error('a listener to commits failed', { error: messageOf(error) });
      }
    }
  }
}

function commitOf(world: World, events: number): Commit {
  return {
    now: world.facts.now,
    events,
    orders: world.changedOrders().map((order) => ({
      from: world.facts.orders.get(order.orderId)?.order.state ?? null,
      order,
    })),
    stock: world.changedBalances(),
    payments: world.changedPayments(),
  };
}
