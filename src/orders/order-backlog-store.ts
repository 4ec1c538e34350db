import type { Sql } from '../mysql/index.ts';

/** For how long the order that has waited longest has been due, in milliseconds; 0 when none is. */
export async function overdueMs(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ micros: number }>(
    `SELECT TIMESTAMPDIFF(MICROSECOND, due_at, UTC_TIMESTAMP(6)) AS micros
     FROM orders FORCE INDEX (orders_by_due)
     WHERE due_at <= UTC_TIMESTAMP(6) ORDER BY due_at LIMIT 1`,
  );
  return (row?.micros ?? 0) / 1000;
}

/** How many orders hold goods and wait for their money. Reads one index from end to end of it. */
export async function countOpenHolds(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ holds: number }>(
    "SELECT COUNT(*) AS holds FROM orders FORCE INDEX (orders_by_state) WHERE state = 'reserved'",
  );
  return row?.holds ?? 0;
}
