import type { Sql } from '../mysql/index.ts';
import { type KnownOrder, lockOrders, type Order } from '../orders/index.ts';
import { readAppliedPayments, readEarlyPayments, readPayments } from '../payments/index.ts';
import { ensureStock, lockStock, readAdjustments, readStock } from '../stock/index.ts';
import type { Rules } from './decision.ts';
import { goodsNamedBy, isStockEvent, orderIdOf, type SagaEvent } from './event.ts';
import { World } from './world.ts';

/**
 * Reads what a batch needs and locks it: orders by id, then stock by id, in every transaction.
 * Without `lockedGoods` stock is only looked at, which is enough to say "sold out".
 */
export async function loadWorld(
  sql: Sql,
  events: readonly SagaEvent[],
  rules: Rules,
  stock: 'locked' | 'looked-at',
): Promise<World> {
  const orderIds = [...new Set(events.flatMap((e) => (isStockEvent(e) ? [] : [orderIdOf(e)])))];
  // Asked for in one turn, so they go in one trip; the orders are locked first.
  const [{ now, orders }, payments] = await Promise.all([
    lockOrders(sql, orderIds.length > 0 ? orderIds : ['']),
    paymentsFor(sql, events),
  ]);
  const early = await earlyPaymentsFor(sql, orders);
  const applied = await appliedPaymentsFor(sql, events, orders);
  const adjustments = await adjustmentsFor(sql, events);
  const asRead = (orderId: string) => orders.get(orderId)?.order;
  const goodsIds = [...new Set(events.flatMap((event) => goodsOf(event, asRead)))].toSorted(
    (one, other) => one - other,
  );
  await ensureStock(sql, [
    ...new Set(events.flatMap((event) => (isStockEvent(event) ? [event.goodsId] : []))),
  ]);
  const balances =
    goodsIds.length === 0
      ? new Map()
      : await (stock === 'locked' ? lockStock(sql, goodsIds) : readStock(sql, goodsIds));
  const goods = new Set(goodsIds);
  const facts = { now, orders, goods, balances, payments, early, applied, adjustments };
  return new World(facts, rules);
}

/** The goods whose balances an event may ask for, given the orders as they are. */
export function goodsOf(
  event: SagaEvent,
  orderOf: (orderId: string) => Order | undefined,
): readonly number[] {
  if (isStockEvent(event) || event.kind === 'placed') return goodsNamedBy(event);
  const order = orderOf(orderIdOf(event));
  if (event.kind === 'sell') {
    return !order || UNSOLD.has(order.state) ? goodsNamedBy(event) : [];
  }
  const open = event.kind === 'return' ? RETURNABLE : OPEN;
  return order && open.has(order.state) ? order.lines.map(({ goodsId }) => goodsId) : [];
}

/** States from which an event can still move goods. */
const OPEN: ReadonlySet<string> = new Set(['placed', 'reserved', 'expired']);
/** States from which only a return does: whatever else comes then is spared the stock. */
const RETURNABLE: ReadonlySet<string> = new Set(['paid']);
/** States in which a sale can still take its goods, besides that of an order nobody knows. */
const UNSOLD: ReadonlySet<string> = new Set(['awaited', 'placed', 'reserved']);

async function paymentsFor(sql: Sql, events: readonly SagaEvent[]) {
  const ids = events.flatMap((e) => (e.kind === 'payment' ? [e.payment.paymentId] : []));
  return ids.length === 0 ? [] : await readPayments(sql, ids);
}

async function earlyPaymentsFor(sql: Sql, orders: ReadonlyMap<string, KnownOrder>) {
  const seqs = [...orders.values()].filter(({ order }) => order.earlyPayments > 0);
  return seqs.length === 0
    ? []
    : await readEarlyPayments(
        sql,
        seqs.map(({ seq }) => seq),
      );
}

async function appliedPaymentsFor(
  sql: Sql,
  events: readonly SagaEvent[],
  orders: ReadonlyMap<string, KnownOrder>,
) {
  const seqs = events.flatMap((event) => {
    const known = event.kind === 'return' ? orders.get(event.orderId) : undefined;
    return known?.order.state === 'paid' ? [known.seq] : [];
  });
  return seqs.length === 0 ? [] : await readAppliedPayments(sql, [...new Set(seqs)]);
}

async function adjustmentsFor(sql: Sql, events: readonly SagaEvent[]) {
  const keys = events.flatMap((event) => (isStockEvent(event) ? [event.idempotencyKey] : []));
  return keys.length === 0 ? new Map() : await readAdjustments(sql, keys);
}
