import { present } from '../../src/kernel/index.ts';
import type { Sql } from '../../src/mysql/index.ts';
import { ordersThere } from './scale-store.ts';

/** Copies want goods ids of their own: these are far apart. */
const GOODS_APART = 1_000_000;

/** What a copy has of its own, by table; everything else it has in common with its original. */
const ORDER = '? + order_seq';
const GOODS = '? + goods_id';
const OWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  stock: { goods_id: GOODS },
  adjustments: { idempotency_key: "CONCAT(idempotency_key, '.', ?)", goods_id: GOODS },
  orders: { seq: '? + seq', order_id: "CONCAT(order_id, '.', ?)" },
  order_lines: { order_seq: ORDER, goods_id: GOODS },
  order_steps: { order_seq: ORDER },
  movements: { goods_id: GOODS, order_seq: ORDER },
  payments: { payment_id: "CONCAT(payment_id, '.', ?)", order_seq: ORDER },
};
/** Who writes at the same time: one for each processor that a small machine has. */
const AT_ONCE = 2;

/**
 * Multiplies the orders that are there, with their goods, lines, history, movements and payments,
 * until there are this many. Books that balanced still do: every copy is whole.
 */
export async function multiplyOrders(sql: Sql, wanted: number): Promise<void> {
  const { first, last, count } = await ordersThere(sql);
  const copies = Math.ceil(wanted / count) - 1;
  // A server that reads what it writes to first puts it all aside; of another table it need not.
  for (const table of Object.keys(OWN)) {
    await sql.write(`CREATE TABLE ${originalsOf(table)} AS SELECT * FROM ${table}`);
  }
  const statements = await Promise.all(
    Object.keys(OWN).map(async (table) => statementOf(table, await columnsOf(sql, table))),
  );
  const line = Array.from({ length: copies }, (_, index) => index + 1).values();
  const copyOnes = async () => {
    for (const copy of line) {
      const shifts = { seq: copy * (last - first + 1), goods: copy * GOODS_APART, copy };
      for (const { text, takes } of statements) {
        await sql.write(
          text,
          takes.map((name) => shifts[name]),
        );
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, copyOnes));
  for (const table of Object.keys(OWN)) await sql.write(`DROP TABLE ${originalsOf(table)}`);
}

const originalsOf = (table: string) => `originals_of_${table}`;

type Taken = 'seq' | 'goods' | 'copy';

function statementOf(
  table: string,
  columns: readonly string[],
): { readonly text: string; readonly takes: readonly Taken[] } {
  const own = present(OWN[table], table);
  const takes = columns.flatMap((column): Taken[] => {
    const expression = own[column];
    if (expression === undefined) return [];
    if (expression === GOODS) return ['goods'];
    return expression.includes('seq') ? ['seq'] : ['copy'];
  });
  return {
    text: `INSERT INTO ${table} (${columns.map(quoted).join(', ')})
      SELECT ${columns.map((column) => own[column] ?? quoted(column)).join(', ')}
      FROM ${originalsOf(table)}`,
    takes,
  };
}

/** Some columns are named like a word of SQL. */
const quoted = (column: string) => `\`${column}\``;

async function columnsOf(sql: Sql, table: string): Promise<string[]> {
  const rows = await sql.rows<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`,
    [table],
  );
  return rows.map(({ name }) => name);
}
