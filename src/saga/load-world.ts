import type { Sql } from '../mysql/index.ts';
import {
  type BuyerHolds,
  type KnownOrder,
  lockBuyerHolds,
  lockOrders,
  type Order,
  readAnnounced,
  readPartRequests,
} from '../orders/index.ts';
import { readAppliedPayments, readEarlyPayments, readPayments } from '../payments/index.ts';
import {
  type Balance,
  ensureStock,
  lockStock,
  readAdjustments,
  readStock,
} from '../stock/index.ts';
import { limitsBuyers } from './buyer-limits.ts';
import type { Rules } from './decision.ts';
import {
  goodsNamedBy,
  isPartEvent,
  isStockEvent,
  isUnitsEvent,
  orderIdOf,
  paymentIdOf,
  replacedBy,
  type SagaEvent,
  verbOf,
} from './event.ts';
import { World } from './world.ts';

/** What is done with stock; or, when it is known already, what there is of it. */
export type StockReading = 'locked' | 'looked-at' | ReadonlyMap<number, Balance>;

/**
 * Reads what a batch needs and locks it: orders by id, then stock by id, in every transaction.
 * Stock that is only looked at is enough to say "sold out". Stock that another batch is about to
 * leave behind is not read at all: its row is written only as it was foreseen.
 */
export async function loadWorld(
  sql: Sql,
  events: readonly SagaEvent[],
  rules: Rules,
  stock: StockReading,
): Promise<World> {
  const orderIds = [...new Set(events.flatMap(orderIdsOf))];
  const balancesOf = (goodsIds: readonly number[]) => balancesFor(sql, goodsIds, stock);
  const named = events.every((one) => one.kind === 'placed' && replacedBy(one) === undefined)
    ? goodsIdsOf(events, () => undefined)
    : null;
  // Asked for in one turn, so they go in one trip; the orders are locked first.
  const [{ now, orders }, payments, balancesOfNamed] = await Promise.all([
    lockOrders(sql, orderIds.length > 0 ? orderIds : ['']),
    paymentsFor(sql, events),
    named && balancesOf(named),
  ]);
  const early = await earlyPaymentsFor(sql, orders);
  const applied = await appliedPaymentsFor(sql, events, orders);
  const adjustments = await adjustmentsFor(sql, events);
  const asked = await askedBefore(sql, events, orders);
  const announced = await announcedBefore(sql, events, orders);
  const goodsIds = named ?? goodsIdsOf(events, (orderId) => orders.get(orderId)?.order);
  await ensureStock(sql, [
    ...new Set(events.flatMap((event) => (isStockEvent(event) ? [event.goodsId] : []))),
  ]);
  const balances = balancesOfNamed ?? (await balancesOf(goodsIds));
  const goods = new Set(goodsIds);
  // Last of all that is locked, in every transaction.
  const holds = limitsBuyers(rules) ? await holdsFor(sql, events, orders) : NO_HOLDS;
  const facts = {
    now,
    orders,
    goods,
    balances,
    payments,
    early,
    applied,
    adjustments,
    asked,
    announced,
    holds,
  };
  return new World(facts, rules);
}

function orderIdsOf(event: SagaEvent): readonly string[] {
  if (isStockEvent(event)) return [];
  const replaces = replacedBy(event);
  return replaces === undefined ? [orderIdOf(event)] : [orderIdOf(event), replaces];
}

/** In order of id, since that is how they are locked. */
function goodsIdsOf(
  events: readonly SagaEvent[],
  orderOf: (orderId: string) => Order | undefined,
): readonly number[] {
  const ids = new Set(events.flatMap((event) => goodsOf(event, orderOf)));
  return [...ids].toSorted((one, other) => one - other);
}

async function balancesFor(
  sql: Sql,
  goodsIds: readonly number[],
  stock: StockReading,
): Promise<ReadonlyMap<number, Balance>> {
  if (goodsIds.length === 0) return new Map();
  if (typeof stock !== 'string') return foreseenOf(goodsIds, stock);
  return await (stock === 'locked' ? lockStock(sql, goodsIds) : readStock(sql, goodsIds));
}

function foreseenOf(
  goodsIds: readonly number[],
  balances: ReadonlyMap<number, Balance>,
): ReadonlyMap<number, Balance> {
  return new Map(
    goodsIds.flatMap((goodsId) => {
      const balance = balances.get(goodsId);
      return balance ? [[goodsId, balance] as const] : [];
    }),
  );
}

/** The goods whose balances an event may ask for, given the orders as they are. */
export function goodsOf(
  event: SagaEvent,
  orderOf: (orderId: string) => Order | undefined,
): readonly number[] {
  if (isStockEvent(event)) return goodsNamedBy(event);
  if (event.kind === 'placed') {
    const replaces = replacedBy(event);
    const old = replaces === undefined ? undefined : orderOf(replaces);
    const freed = old?.state === 'reserved' ? old.lines.map(({ goodsId }) => goodsId) : [];
    return [...goodsNamedBy(event), ...freed];
  }
  const order = orderOf(orderIdOf(event));
  if (event.kind === 'sell') {
    return !order || UNSOLD.has(order.state) ? goodsNamedBy(event) : [];
  }
  if (event.kind === 'refunded' || event.kind === 'payment-started') return [];
  const open = isReturn(event) ? RETURNABLE : OPEN;
  return order && open.has(order.state) ? order.lines.map(({ goodsId }) => goodsId) : [];
}

function isReturn(event: SagaEvent): event is Extract<SagaEvent, { orderId: string }> {
  return event.kind === 'return' || event.kind === 'return-lines';
}

/** States from which an event can still move goods. */
const OPEN: ReadonlySet<string> = new Set(['placed', 'reserved', 'expired']);
/** States from which only a return does: whatever else comes then is spared the stock. */
const RETURNABLE: ReadonlySet<string> = new Set(['paid']);
/** States in which a sale can still take its goods, besides that of an order nobody knows. */
const UNSOLD: ReadonlySet<string> = new Set(['awaited', 'placed', 'reserved']);

async function paymentsFor(sql: Sql, events: readonly SagaEvent[]) {
  const ids = events.flatMap((event) => paymentIdOf(event) ?? []);
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
    const known = isReturn(event) ? orders.get(orderIdOf(event)) : undefined;
    return known?.order.state === 'paid' ? [known.seq] : [];
  });
  return seqs.length === 0 ? [] : await readAppliedPayments(sql, [...new Set(seqs)]);
}

async function adjustmentsFor(sql: Sql, events: readonly SagaEvent[]) {
  const keys = events.flatMap((event) => (isUnitsEvent(event) ? [event.idempotencyKey] : []));
  return keys.length === 0 ? new Map() : await readAdjustments(sql, keys);
}

async function askedBefore(
  sql: Sql,
  events: readonly SagaEvent[],
  orders: ReadonlyMap<string, KnownOrder>,
) {
  const asked = events.flatMap((event) => {
    if (!isPartEvent(event) || event.requestId === undefined) return [];
    const { orderId, requestId, kind } = event;
    const seq = orders.get(orderId)?.seq;
    return seq === undefined ? [] : [{ seq, orderId, requestId, verb: verbOf(kind) }];
  });
  return asked.length === 0 ? [] : await readPartRequests(sql, asked);
}

const NO_HOLDS: BuyerHolds = new Map();

/** Of the buyers whose orders may come to hold goods by these events. */
async function holdsFor(
  sql: Sql,
  events: readonly SagaEvent[],
  orders: ReadonlyMap<string, KnownOrder>,
): Promise<BuyerHolds> {
  const buyers = events.flatMap((event) => {
    if (event.kind === 'placed') return event.order.buyerId ?? [];
    if (!HOLDING.has(event.kind) || isStockEvent(event)) return [];
    return orders.get(orderIdOf(event))?.order.buyerId ?? [];
  });
  return buyers.length === 0 ? NO_HOLDS : await lockBuyerHolds(sql, [...new Set(buyers)]);
}

const HOLDING: ReadonlySet<string> = new Set(['reserve', 'due', 'extend']);

async function announcedBefore(
  sql: Sql,
  events: readonly SagaEvent[],
  orders: ReadonlyMap<string, KnownOrder>,
): Promise<ReadonlySet<string>> {
  const seqs = events.flatMap((event) =>
    event.kind === 'payment-started' ? (orders.get(event.orderId)?.seq ?? []) : [],
  );
  return seqs.length === 0 ? new Set() : await readAnnounced(sql, seqs);
}
