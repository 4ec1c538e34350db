import { type DatabaseTime, millisOf } from '../kernel/index.ts';
import type { OrderState } from '../orders/index.ts';
import type { Commit, CommittedOrder } from '../saga/index.ts';

const BEFORE_RESERVED: readonly (OrderState | null)[] = [null, 'awaited', 'placed'];

/** Goods are held for the first time; one that was paid before it was placed is paid at once. */
function isFirstReserve({ from, order }: CommittedOrder): boolean {
  return BEFORE_RESERVED.includes(from) && (order.state === 'reserved' || order.state === 'paid');
}

/** Orders of one batch were mostly placed together, so each moment is parsed once. */
export function reserveTimes({ now, orders }: Commit): number[] {
  const known = new Map<DatabaseTime, number>();
  return orders.filter(isFirstReserve).flatMap(({ order: { placedAt } }) => {
    if (placedAt === null) return [];
    const seconds = known.get(placedAt) ?? Math.max(0, millisOf(now) - millisOf(placedAt)) / 1000;
    known.set(placedAt, seconds);
    return [seconds];
  });
}
