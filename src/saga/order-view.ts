import type { Sql } from '../mysql/index.ts';
import {
  type HistoryStep,
  historyOfOrder,
  type OrderDetails,
  readOrderDetails,
} from '../orders/index.ts';
import { type PaymentView, paymentViews } from '../payments/index.ts';

/** Everything there is to know of one order, as every door shows it. */
export interface OrderView extends OrderDetails {
  readonly payments: readonly PaymentView[];
  readonly history: readonly HistoryStep[];
}

/** Null for an order that nobody has ever spoken of. */
export async function readOrder(sql: Sql, orderId: string): Promise<OrderView | null> {
  const known = await readOrderDetails(sql, orderId);
  if (!known) return null;
  const [payments, history] = await Promise.all([
    paymentViews(sql, known.seq),
    historyOfOrder(sql, known.seq),
  ]);
  return { ...known.details, payments, history };
}
