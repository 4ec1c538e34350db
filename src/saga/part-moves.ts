import { type Order, type Part, unitsOf } from '../orders/index.ts';
import type { Move } from '../stock/index.ts';

/** Moves of some units of an order's newest hold, under the step that the order has just taken. */
export function partMoves(
  order: Order,
  kind: 'release' | 'return',
  parts: readonly Part[],
): Move[] {
  const { orderId, holds: hold, version: part } = order;
  return [...unitsOf(parts)].map(([goodsId, quantity]) => ({
    kind,
    goodsId,
    quantity,
    orderId,
    hold,
    part,
  }));
}
