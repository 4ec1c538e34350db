import type { Sql } from '../mysql/index.ts';

/** What a worker does to each table; here it is done to no row at all. */
const NEEDED = [
  { table: 'stock', column: 'goods_id', may: ['select', 'insert', 'update'] },
  { table: 'stock_keepings', column: 'goods_id', may: ['select', 'insert'] },
  { table: 'movements', column: 'goods_id', may: ['select', 'insert'] },
  { table: 'carried_forward', column: 'goods_id', may: ['select'] },
  { table: 'adjustments', column: 'goods_id', may: ['select', 'insert'] },
  { table: 'orders', column: 'seq', may: ['select', 'insert', 'update'] },
  { table: 'order_lines', column: 'order_seq', may: ['select', 'insert'] },
  { table: 'order_steps', column: 'order_seq', may: ['select', 'insert'] },
  { table: 'payments', column: 'payment_id', may: ['select', 'insert', 'update'] },
  { table: 'dead_letters', column: 'id', may: ['select', 'insert', 'update'] },
  { table: 'notices', column: 'seq', may: ['select', 'insert', 'update', 'delete'] },
  { table: 'notice_attempts', column: 'notice', may: ['select', 'insert', 'update', 'delete'] },
] as const;

/** And to that of the locks, when the database keeps them. */
const NEEDED_BY_LOCKS = [
  { table: 'lock_fences', column: 'fence', may: ['select', 'insert', 'update'] },
] as const;

/** Throws `database-refuses-us`, with the server's words, when a privilege is missing. */
export async function assertPrivileges(
  sql: Sql,
  { locksToo }: { readonly locksToo: boolean },
): Promise<void> {
  const needed = locksToo ? [...NEEDED, ...NEEDED_BY_LOCKS] : NEEDED;
  for (const { table, column, may } of needed) {
    const statements = {
      select: `SELECT ${column} FROM ${table} WHERE 1 = 0`,
      insert: `INSERT INTO ${table} SELECT * FROM ${table} WHERE 1 = 0`,
      update: `UPDATE ${table} SET ${column} = ${column} WHERE 1 = 0`,
      delete: `DELETE FROM ${table} WHERE 1 = 0`,
    };
    for (const one of may) await sql.rows(statements[one]);
  }
}
