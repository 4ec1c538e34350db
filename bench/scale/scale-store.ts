import { present } from '../../src/kernel/index.ts';
import type { Sql } from '../../src/mysql/index.ts';

/** How many orders beyond this one are in this state. */
export async function countSince(
  sql: Sql,
  state: 'reserved' | 'rejected',
  seq: number,
): Promise<number> {
  const [row] = await sql.rows<{ orders: number }>(
    `SELECT COUNT(*) AS orders FROM orders FORCE INDEX (orders_by_state)
     WHERE state = ? AND seq > ?`,
    [state, seq],
  );
  return present(row, 'the row of the count').orders;
}

/** Rises by one with every change of the row. */
export async function stockVersion(sql: Sql, goodsId: number): Promise<number> {
  const [row] = await sql.rows<{ version: number }>(
    'SELECT version FROM stock WHERE goods_id = ?',
    [goodsId],
  );
  return present(row, `goods ${goodsId}`).version;
}

/** Holds up to this order all end at this moment. In parts: no statement may be long. */
export async function endHoldsAt(
  sql: Sql,
  { first, last, part }: { first: number; last: number; part: number },
  atMs: number,
): Promise<void> {
  for (let from = first; from <= last; from += part) {
    await sql.write(
      `UPDATE orders SET due_at = FROM_UNIXTIME(?), expires_at = due_at
       WHERE seq BETWEEN ? AND ? AND state = 'reserved'`,
      [atMs / 1000, from, Math.min(last, from + part - 1)],
    );
  }
}

/** How many of these orders are still held. */
export async function heldUpTo(sql: Sql, first: number, last: number): Promise<number> {
  const [row] = await sql.rows<{ orders: number }>(
    `SELECT COUNT(*) AS orders FROM orders FORCE INDEX (orders_by_state)
     WHERE state = 'reserved' AND seq BETWEEN ? AND ?`,
    [first, last],
  );
  return present(row, 'the row of the count').orders;
}

export interface SeqRange {
  readonly first: number;
  readonly last: number;
}

export async function ordersThere(sql: Sql): Promise<SeqRange & { readonly count: number }> {
  const [row] = await sql.rows<SeqRange & { readonly count: number }>(
    'SELECT MIN(seq) AS first, MAX(seq) AS last, COUNT(*) AS count FROM orders',
  );
  return present(row, 'the row of the range');
}
