import type { Sql } from '../mysql/index.ts';
import { lineOf, type OrderLine } from './order.ts';

/** An order of a buyer that holds goods. */
export interface BuyerHold {
  readonly orderId: string;
  readonly lines: readonly OrderLine[];
}

/** By buyer; who holds nothing is not in it. */
export type BuyerHolds = ReadonlyMap<string, readonly BuyerHold[]>;

interface HoldRow {
  readonly buyerId: string;
  readonly orderId: string;
  readonly goodsId: number;
  readonly quantity: number;
  readonly cancelled: number;
  readonly returned: number;
}

/**
 * What buyers hold, counted under a lock of theirs that lasts as long as the transaction: whoever
 * counts after us sees what we have let through. Both statements go in one trip, in this order.
 */
export async function lockBuyerHolds(sql: Sql, buyerIds: readonly string[]): Promise<BuyerHolds> {
  const sorted = buyerIds.toSorted();
  const [, rows] = await Promise.all([
    sql.write(
      'INSERT INTO buyers (buyer_id) VALUES ? ON DUPLICATE KEY UPDATE buyer_id = buyers.buyer_id',
      [sorted.map((buyerId) => [buyerId])],
    ),
    sql.rows<HoldRow>(
      `SELECT STRAIGHT_JOIN o.buyer_id AS buyerId, o.order_id AS orderId, l.goods_id AS goodsId,
         l.quantity, l.cancelled, l.returned
       FROM orders o FORCE INDEX (orders_by_buyer) JOIN order_lines l ON l.order_seq = o.seq
       WHERE o.buyer_id IN (?) AND o.state = 'reserved'`,
      [sorted],
    ),
  ]);
  const holds = new Map<string, Map<string, OrderLine[]>>();
  for (const { buyerId, orderId, ...row } of rows) {
    const ofBuyer = holds.get(buyerId) ?? new Map<string, OrderLine[]>();
    holds.set(buyerId, ofBuyer);
    ofBuyer.set(orderId, [...(ofBuyer.get(orderId) ?? []), lineOf(row)]);
  }
  return new Map(
    [...holds].map(([buyerId, ofBuyer]) => [
      buyerId,
      [...ofBuyer].map(([orderId, lines]) => ({ orderId, lines })),
    ]),
  );
}
