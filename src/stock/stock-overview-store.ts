import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import type { Sql } from '../mysql/index.ts';
import type { Movement } from './movement.ts';
import { balancesOf, STOCK_COLUMNS, type StockRow } from './stock-store.ts';
import { type StockView, stockView } from './stock-view-store.ts';

export interface StockSums {
  readonly goods: number;
  readonly out: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
}

/** Of all goods together. Reads every row of stock, so whoever asks keeps the answer a while. */
export async function sumStock(sql: Sql): Promise<StockSums> {
  const [row] = await sql.rows<Record<keyof StockSums, number | string | null>>(
    `SELECT COUNT(*) AS goods, SUM(available = 0) AS \`out\`, SUM(available) AS available,
       SUM(held) AS held, SUM(sold) AS sold FROM stock`,
  );
  const sum = (name: keyof StockSums): number => Number(row?.[name] ?? 0);
  return {
    goods: sum('goods'),
    out: sum('out'),
    available: sum('available'),
    held: sum('held'),
    sold: sum('sold'),
  };
}

/** Of what is for sale the fewest first; of what is held the most. */
export async function stockInOrder(
  sql: Sql,
  by: 'fewest' | 'most-held',
  limit: number,
): Promise<readonly StockView[]> {
  const forSale = 'available - LEAST(available, safety)';
  const order = by === 'fewest' ? `${forSale}, held DESC` : `held DESC, ${forSale}`;
  const rows = await sql.rows<StockRow>(
    `SELECT ${STOCK_COLUMNS} FROM stock ORDER BY ${order}, goods_id LIMIT ?`,
    [limit],
  );
  return viewsOf(rows);
}

/** All goods, the highest id first. */
export async function listStock(
  sql: Sql,
  { limit, before = Number.MAX_SAFE_INTEGER }: { readonly limit: number; readonly before?: number },
): Promise<{ readonly stock: readonly StockView[]; readonly next: number | null }> {
  const rows = await sql.rows<StockRow>(
    `SELECT ${STOCK_COLUMNS} FROM stock WHERE goods_id < ? ORDER BY goods_id DESC LIMIT ?`,
    [before, limit],
  );
  const stock = viewsOf(rows);
  return { stock, next: stock.length < limit ? null : (stock.at(-1)?.goodsId ?? null) };
}

function viewsOf(rows: readonly StockRow[]): StockView[] {
  return [...balancesOf(rows).values()].map(stockView);
}

/** What an order has done to the stock, with the number of the lock each row was written under. */
export async function movementsOfOrder(
  sql: Sql,
  orderId: string,
): Promise<readonly Omit<Movement, 'reason' | 'orderId'>[]> {
  const rows = await sql.rows<Omit<Movement, 'reason' | 'orderId'> & { at: DatabaseTime }>(
    `SELECT m.goods_id AS goodsId, m.version, m.kind, m.quantity, m.hold,
       CAST(m.fence AS CHAR) AS fence, m.at
     FROM orders o JOIN movements m ON m.order_seq = o.seq
     WHERE o.order_id = ? ORDER BY m.at, m.goods_id, m.version`,
    [orderId],
  );
  return rows.map((row) => ({ ...row, at: isoOf(row.at) }));
}
