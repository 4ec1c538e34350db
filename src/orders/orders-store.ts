import { type DatabaseTime, isoOf, millisOf, present, secondsAfter } from '../kernel/index.ts';
import { readJson, type Sql, sameRows } from '../mysql/index.ts';
import { lineOf, type Order, type OrderLine, type OrderState, type Step } from './order.ts';

/** An order as the database has it. */
export interface KnownOrder {
  readonly seq: number;
  readonly order: Order;
}

export interface OrdersRead {
  /** The database's clock when it was read. */
  readonly now: DatabaseTime;
  readonly orders: ReadonlyMap<string, KnownOrder>;
}

interface OrderRow {
  readonly now: string;
  readonly seq: number | null;
  readonly order_id: string;
  readonly state: OrderState;
  readonly version: number;
  readonly holds: number;
  readonly hold_seconds: number;
  readonly placed_at: string | null;
  readonly expires_at: string | null;
  readonly reason: string | null;
  readonly short: unknown;
  readonly cancel_asked: number;
  readonly early_payments: number;
  readonly buyer_id: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly is_due: number | null;
  readonly goods_id: number | null;
  readonly quantity: number;
  readonly cancelled: number;
  readonly returned: number;
}

/** The index is forced so that rows are locked in order of id, however small the table is. */
const READ = `
  SELECT t.now, o.seq, o.order_id, o.state, o.version, o.holds, o.hold_seconds, o.placed_at,
    o.expires_at, o.reason, o.short, o.cancel_asked, o.early_payments, o.buyer_id, o.amount,
    o.currency, o.due_at <= t.now AS is_due, l.goods_id, l.quantity, l.cancelled, l.returned
  FROM (SELECT UTC_TIMESTAMP(6) AS now) t
  LEFT JOIN orders o FORCE INDEX (orders_by_id) ON o.order_id IN (?)
  LEFT JOIN order_lines l ON l.order_seq = o.seq`;

/** Reads without waiting for anybody; what it says may change until it is locked. */
export async function peekOrders(sql: Sql, orderIds: readonly string[]): Promise<OrdersRead> {
  return knownOf(await sql.rows<OrderRow>(READ, [orderIds]));
}

/** Reads and locks, in order of id, so that two batches never wait for each other in a ring. */
export async function lockOrders(sql: Sql, orderIds: readonly string[]): Promise<OrdersRead> {
  const sorted = orderIds.toSorted();
  return knownOf(await sql.rows<OrderRow>(`${READ} FOR UPDATE`, [sorted]));
}

function knownOf(rows: readonly OrderRow[]): OrdersRead {
  const orders = new Map<string, KnownOrder>();
  for (const row of rows) {
    if (row.seq === null) continue;
    const known = orders.get(row.order_id) ?? { seq: row.seq, order: orderOf(row) };
    orders.set(row.order_id, known);
    if (row.goods_id === null) continue;
    (known.order.lines as OrderLine[]).push(lineOf({ ...row, goodsId: row.goods_id }));
  }
  return { now: present(rows[0], 'the clock row').now, orders };
}

function orderOf(row: OrderRow): Order {
  return {
    orderId: row.order_id,
    state: row.state,
    lines: [],
    holds: row.holds,
    holdSeconds: row.hold_seconds,
    buyerId: row.buyer_id,
    amount: row.amount,
    currency: row.currency,
    metadata: null,
    reason: row.reason,
    short: readJson(row.short),
    cancelAsked: row.cancel_asked === 1,
    earlyPayments: row.early_payments,
    version: row.version,
    placedAt: row.state === 'awaited' ? null : row.placed_at,
    expiresAt: row.expires_at,
    isDue: row.is_due === 1,
    due: 'kept',
  };
}

/** Adds orders nobody knew; answers the numbers they got. A race for an id is a duplicate error. */
export async function insertOrders(
  sql: Sql,
  orders: readonly Order[],
  now: DatabaseTime,
  graceSeconds = 0,
): Promise<ReadonlyMap<string, number>> {
  const sorted = orders.toSorted((one, other) => (one.orderId < other.orderId ? -1 : 1));
  await sql.write(
    `INSERT INTO orders (order_id, state, version, holds, hold_seconds, due_at, expires_at,
      reason, short, cancel_asked, early_payments, buyer_id, amount, currency, metadata,
      placed_at) VALUES ?`,
    [sorted.map((order) => [...newOrderRow(order, now, graceSeconds)])],
  );
  const ids = sorted.map(({ orderId }) => orderId);
  return (await numbersInARow(sql, ids)) ?? (await numbersOf(sql, ids));
}

/**
 * The numbers of rows that were just added, from the first and the last alone. A statement counts
 * upwards from row to row, so when the two are as far apart as the rows are, nothing else fits in
 * between. Answers null where a server counts in larger steps.
 */
async function numbersInARow(
  sql: Sql,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, number> | null> {
  const [ends] = await sql.rows<{ first: number; last: number }>(
    `SELECT LAST_INSERT_ID() AS first, seq AS last FROM orders FORCE INDEX (orders_by_id)
     WHERE order_id = ?`,
    [orderIds.at(-1) ?? ''],
  );
  const { first, last } = present(ends, 'the order that was just added');
  if (last - first !== orderIds.length - 1) return null;
  return new Map(orderIds.map((orderId, index) => [orderId, first + index]));
}

async function numbersOf(
  sql: Sql,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.rows<{ seq: number; order_id: string }>(
    'SELECT seq, order_id FROM orders FORCE INDEX (orders_by_id) WHERE order_id IN (?)',
    [orderIds],
  );
  return new Map(rows.map((row) => [row.order_id, row.seq]));
}

function newOrderRow(order: Order, now: DatabaseTime, graceSeconds: number) {
  return [
    order.orderId,
    order.state,
    order.version,
    order.holds,
    order.holdSeconds,
    dueTimeOf(order, now, graceSeconds),
    order.expiresAt,
    order.reason,
    order.short === null ? null : JSON.stringify(order.short),
    order.cancelAsked ? 1 : 0,
    order.earlyPayments,
    order.buyerId,
    order.amount,
    order.currency,
    order.metadata === null ? null : JSON.stringify(order.metadata),
    now,
  ];
}

/** How long a placed order may lie before the sweep takes it up. */
export const SOON_SECONDS = 10;
const DAY_SECONDS = 86_400;

function dueTimeOf(order: Order, now: DatabaseTime, graceSeconds: number): DatabaseTime | null {
  switch (order.due) {
    case 'soon':
      return secondsAfter(now, SOON_SECONDS);
    case 'in-a-day':
      return secondsAfter(now, DAY_SECONDS);
    case 'at-expiry':
      return secondsAfter(now, order.holdSeconds + graceSeconds);
    case 'as-extended':
      return order.expiresAt === null ? null : secondsAfter(order.expiresAt, graceSeconds);
    case 'never':
    case 'kept':
      return null;
  }
}

export async function insertLines(sql: Sql, orders: readonly KnownOrder[]): Promise<void> {
  const rows = orders
    .toSorted((one, other) => one.seq - other.seq)
    .flatMap(({ seq, order }) =>
      order.lines.map(({ goodsId, quantity }) => [seq, goodsId, quantity]),
    );
  if (rows.length === 0) return;
  await sql.write('INSERT INTO order_lines (order_seq, goods_id, quantity) VALUES ?', [rows]);
}

/** The order itself has come: its stub gets its content. */
export async function fillStub(
  sql: Sql,
  { seq, order }: KnownOrder,
  now: DatabaseTime,
): Promise<void> {
  const matched = await sql.write(
    `UPDATE orders SET hold_seconds = ?, buyer_id = ?, amount = ?, currency = ?, metadata = ?,
       placed_at = ?
     WHERE seq = ? AND state = 'awaited'`,
    [
      order.holdSeconds,
      order.buyerId,
      order.amount,
      order.currency,
      order.metadata === null ? null : JSON.stringify(order.metadata),
      now,
      seq,
    ],
  );
  sameRows(matched, 1, 'stub filled');
}

export interface StepRow {
  readonly seq: number;
  readonly number: number;
  readonly taken: Omit<Step, 'detail'> & { readonly detail: Step['detail'] | undefined };
  readonly via: { readonly cause: string; readonly attempt: number };
}

export async function insertSteps(
  sql: Sql,
  steps: readonly StepRow[],
  now: DatabaseTime,
): Promise<void> {
  if (steps.length === 0) return;
  await sql.write(
    `INSERT INTO order_steps (order_seq, step, event, from_state, to_state, cause, attempt,
      detail, at) VALUES ?`,
    [
      steps
        .toSorted((one, other) => one.seq - other.seq || one.number - other.number)
        .map(({ seq, number, taken, via }) => [
          seq,
          number,
          taken.event,
          taken.from,
          taken.to,
          via.cause,
          via.attempt,
          taken.detail === undefined ? null : JSON.stringify(taken.detail),
          now,
        ]),
    ],
  );
}

/** Orders whose time has come, longest overdue first; a bounded page. */
export async function dueOrderIds(sql: Sql, limit: number): Promise<readonly string[]> {
  const rows = await sql.rows<{ order_id: string }>(
    `SELECT order_id FROM orders FORCE INDEX (orders_by_due)
     WHERE due_at <= UTC_TIMESTAMP(6) ORDER BY due_at LIMIT ?`,
    [limit],
  );
  return rows.map((row) => row.order_id);
}

/** Could not be decided: looked at again later, and later still the next time. */
export async function postponeOrders(sql: Sql, orderIds: readonly string[]): Promise<void> {
  await sql.write(
    `UPDATE orders SET due_at = UTC_TIMESTAMP(6)
       + INTERVAL LEAST(300, POW(2, LEAST(attempts, 9))) SECOND, attempts = attempts + 1
     WHERE order_id IN (?) AND due_at <= UTC_TIMESTAMP(6)`,
    [orderIds],
  );
}

export async function databaseNow(sql: Sql): Promise<{ iso: string; millis: number }> {
  const [row] = await sql.rows<{ now: DatabaseTime }>('SELECT UTC_TIMESTAMP(6) AS now');
  const { now } = present(row, 'the clock row');
  return { iso: isoOf(now), millis: millisOf(now) };
}
