import type { Sql } from '../../src/mysql/index.ts';

const TABLES = [
  'orders',
  'order_lines',
  'order_steps',
  'stock',
  'movements',
  'adjustments',
  'payments',
  'dead_letters',
  'idempotency_keys',
  'part_requests',
] as const;

/** How many rows each table has: what must not change when a request is refused. */
export async function rowCounts(sql: Sql): Promise<Record<string, number>> {
  const counts = TABLES.map((table) => `(SELECT COUNT(*) FROM ${table}) AS ${table}`);
  const [row] = await sql.rows<Record<string, number>>(`SELECT ${counts.join(', ')}`);
  return Object.fromEntries(TABLES.map((table) => [table, Number(row?.[table])]));
}
