import { type Order, wantedOf } from '../orders/index.ts';
import type { Rules, View } from './decision.ts';

/** A limit that a hold would go beyond. */
export interface LimitReached {
  readonly setting: 'HOLDFAST_MAX_HOLDS_PER_BUYER' | 'HOLDFAST_MAX_UNITS_PER_BUYER';
  readonly max: number;
  /** What the buyer holds without this order. */
  readonly held: number;
  /** Of which goods, where the limit is one of units. */
  readonly goodsId?: number;
}

export function limitsBuyers(rules: Rules): boolean {
  return rules.maxHoldsPerBuyer !== undefined || rules.maxUnitsPerBuyer !== undefined;
}

/** Null when this order may hold its goods; an order without a buyer has no limit. */
export function limitReached(order: Order, view: View): LimitReached | null {
  const { rules } = view;
  if (order.buyerId === null || !limitsBuyers(rules)) return null;
  const holds = view.holdsOf(order.buyerId).filter(({ orderId }) => orderId !== order.orderId);
  const { maxHoldsPerBuyer, maxUnitsPerBuyer } = rules;
  if (maxHoldsPerBuyer !== undefined && holds.length >= maxHoldsPerBuyer) {
    const setting = 'HOLDFAST_MAX_HOLDS_PER_BUYER';
    return { setting, max: maxHoldsPerBuyer, held: holds.length };
  }
  if (maxUnitsPerBuyer === undefined) return null;
  const all = holds.flatMap(({ lines }) => lines);
  for (const line of order.lines) {
    const { goodsId } = line;
    const same = all.filter((one) => one.goodsId === goodsId);
    const held = same.reduce((sum, one) => sum + wantedOf(one), 0);
    if (held + wantedOf(line) <= maxUnitsPerBuyer) continue;
    return { setting: 'HOLDFAST_MAX_UNITS_PER_BUYER', max: maxUnitsPerBuyer, held, goodsId };
  }
  return null;
}

export function limitText({ setting, max, held, goodsId }: LimitReached): string {
  const what = goodsId === undefined ? 'open holds' : `units of goods ${goodsId} on hold`;
  return `a buyer may have ${max} ${what} (${setting}); this one has ${held}`;
}
