import type { Sql } from '../mysql/index.ts';

const REMOVED = [
  'order_steps',
  'movements',
  'dead_letters',
  'notices',
  'notice_attempts',
  'idempotency_keys',
] as const;

/**
 * Workers need not be allowed to delete any of this. Who archives is, or learns it here, before
 * anything was written or removed: throws `database-refuses-us`, with the server's words.
 */
export async function assertMayRemove(sql: Sql): Promise<void> {
  for (const table of REMOVED) await sql.rows(`DELETE FROM ${table} WHERE 1 = 0`);
  await sql.rows('UPDATE orders SET archived = archived WHERE 1 = 0');
  await sql.rows('UPDATE carried_forward SET version = version WHERE 1 = 0');
  await sql.rows('INSERT INTO carried_forward SELECT * FROM carried_forward WHERE 1 = 0');
}
