import { linesWithout, type Order, type Step, unitsOf, wantedOf } from '../orders/index.ts';
import type { Payment } from '../payments/index.ts';
import type { Move } from '../stock/index.ts';
import { partMoves } from './part-moves.ts';
import { stepped } from './decision.ts';

export interface Reduced {
  readonly order: Order;
  readonly steps: readonly Step[];
  readonly moves: readonly Move[];
}

/**
 * The order as its payment leaves it: units that are not paid for are cancelled, and go back on
 * sale where they were held. Null when it names units that the order does not want.
 */
export function reducedTo(order: Order, { paymentId, lines }: Payment): Reduced | null {
  if (!lines) return { order, steps: [], moves: [] };
  const paid = unitsOf(lines);
  const wanted = new Map(order.lines.map((line) => [line.goodsId, wantedOf(line)]));
  for (const [goodsId, units] of paid) if (units > (wanted.get(goodsId) ?? 0)) return null;
  const unpaid = [...wanted].flatMap(([goodsId, units]) => {
    const quantity = units - (paid.get(goodsId) ?? 0);
    return quantity === 0 ? [] : [{ goodsId, quantity }];
  });
  if (unpaid.length === 0) return { order, steps: [], moves: [] };
  const left = linesWithout(order, 'cancel', unpaid);
  const detail = { lines: unpaid, paymentId };
  const { order: next, step } = stepped(order, 'cancel-lines', { lines: left }, detail);
  const isHeld = order.state === 'reserved';
  return { order: next, steps: [step], moves: isHeld ? partMoves(next, 'release', unpaid) : [] };
}
