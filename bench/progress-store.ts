import { present } from '../src/kernel/index.ts';
import type { Sql } from '../src/mysql/index.ts';

/** An order as the driver sees it while it runs. */
export interface SeenOrder {
  readonly seq: number;
  readonly orderId: string;
}

export async function lastSeq(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ last: number | null }>('SELECT MAX(seq) AS last FROM orders');
  return present(row, 'the row of the maximum').last ?? 0;
}

/** A bounded look at orders that are reserved and not yet paid, beyond those already seen. */
export async function reservedAfter(sql: Sql, seq: number, limit: number): Promise<SeenOrder[]> {
  return await sql.rows<SeenOrder>(
    `SELECT seq, order_id AS orderId FROM orders FORCE INDEX (orders_by_state)
     WHERE state = 'reserved' AND seq > ? ORDER BY seq LIMIT ?`,
    [seq, limit],
  );
}

/** How many orders beyond this one are reserved. */
export async function reservedSince(sql: Sql, seq: number): Promise<number> {
  const [row] = await sql.rows<{ orders: number }>(
    `SELECT COUNT(*) AS orders FROM orders FORCE INDEX (orders_by_state)
     WHERE state = 'reserved' AND seq > ?`,
    [seq],
  );
  return present(row, 'the row of the count').orders;
}

/** Is any order beyond this one still in this state? */
export async function anyIn(sql: Sql, state: 'placed' | 'reserved', seq: number): Promise<boolean> {
  const rows = await sql.rows(
    `SELECT seq FROM orders FORCE INDEX (orders_by_state)
     WHERE state = ? AND seq > ? ORDER BY seq LIMIT 1`,
    [state, seq],
  );
  return rows.length > 0;
}

export async function statesOf(
  sql: Sql,
  orderIds: readonly string[],
): Promise<{ orderId: string; state: string }[]> {
  return await sql.rows('SELECT order_id AS orderId, state FROM orders WHERE order_id IN (?)', [
    orderIds,
  ]);
}

/** For a run that is stuck: what it is stuck in. */
export async function countsByState(sql: Sql): Promise<string> {
  const rows = await sql.rows<{ state: string; orders: number }>(
    'SELECT state, COUNT(*) AS orders FROM orders GROUP BY state',
  );
  return rows.map(({ state, orders }) => `${orders} ${state}`).join(', ');
}

/** Orders that lie here while a measurement is prepared are none of the sweep's business. */
export async function keepFromSweep(sql: Sql, seq: number): Promise<void> {
  await sql.write('UPDATE orders SET due_at = due_at + INTERVAL 1 DAY WHERE seq > ?', [seq]);
}
