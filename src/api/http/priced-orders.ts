import { type Goods, readGoods } from '../../catalogue/index.ts';
import { AppError } from '../../kernel/index.ts';
import type { Database } from '../../mysql/index.ts';
import { peekOrders } from '../../orders/index.ts';
import type { PlacedOrder } from '../../queues/index.ts';

type Price = Pick<Goods, 'shopPrice' | 'currency' | 'status'>;

/**
 * Orders that are to cost what the catalogue says: computed where no amount was given, and checked
 * where one was. An order that is known keeps the amount it was placed with, or a price that has
 * changed since would make another order of the same one. Prices are read from the database: what
 * a page was shown a moment ago decides nothing.
 */
export async function pricedOrders(
  database: Database,
  orders: readonly PlacedOrder[],
): Promise<readonly (PlacedOrder | AppError)[]> {
  if (orders.length === 0) return [];
  const { orders: known } = await peekOrders(
    database,
    orders.map(({ orderId }) => orderId),
  );
  const goods = await readGoods(database, [
    ...new Set(orders.flatMap(({ lines }) => lines.map(({ goodsId }) => goodsId))),
  ]);
  return orders.map((order) => {
    const before = known.get(order.orderId)?.order;
    if (!before || before.state === 'awaited') return pricedBy(order, goods);
    const { amount, currency } = before;
    return {
      ...order,
      ...(order.amount === undefined && amount !== null ? { amount } : {}),
      ...(order.currency === undefined && currency !== null ? { currency } : {}),
    };
  });
}

/** The order with what it costs, or why that cannot be said. */
function pricedBy(order: PlacedOrder, goods: ReadonlyMap<number, Price>): PlacedOrder | AppError {
  const missing = order.lines.filter(({ goodsId }) => goods.get(goodsId)?.status !== 'on-sale');
  if (missing.length > 0) {
    const goodsIds = missing.map(({ goodsId }) => goodsId);
    return new AppError('not-for-sale', `goods ${goodsIds.join(', ')} are not for sale`, {
      details: { goodsIds },
    });
  }
  const prices = order.lines.map(({ goodsId, quantity }) => {
    const { shopPrice = 0, currency = '' } = goods.get(goodsId) ?? {};
    return { cost: shopPrice * quantity, currency };
  });
  const [currency = '', ...others] = new Set(prices.map((price) => price.currency));
  if (others.length > 0) {
    return new AppError('mixed-currencies', 'the goods of an order are priced in one currency');
  }
  const amount = prices.reduce((sum, { cost }) => sum + cost, 0);
  if (!Number.isSafeInteger(amount)) {
    return new AppError('invalid-input', 'the amount is more than can be counted exactly');
  }
  const isAsGiven =
    (order.amount ?? amount) === amount && (order.currency ?? currency) === currency;
  if (isAsGiven) return { ...order, amount, currency };
  return new AppError('amount-differs', `it costs ${amount} ${currency} now`, {
    details: { amount, currency },
  });
}
