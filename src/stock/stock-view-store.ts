import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import type { Sql } from '../mysql/index.ts';
import type { Balance } from './balance.ts';
import { forSaleOf } from './keeping.ts';
import type { Movement } from './movement.ts';
import { readStock } from './stock-store.ts';

/** A balance as others see it; how it is kept is told where somebody has said so. */
export interface StockView extends Omit<Balance, 'fence' | 'keeping'> {
  /** Units that orders never reserve, and what they leave for orders. */
  readonly safety?: number;
  readonly forSale?: number;
  readonly lowAt?: number;
  readonly backAt?: number;
}

export function stockView(balance: Balance): StockView {
  const { goodsId, available, held, sold, received, version, keeping } = balance;
  const counts = { goodsId, available, held, sold, received, version };
  const { safety, thresholds } = keeping;
  return {
    ...counts,
    ...(safety > 0 ? { safety, forSale: forSaleOf(balance) } : {}),
    ...thresholds,
  };
}

/** Null for goods that never had stock. */
export async function readStockView(sql: Sql, goodsId: number): Promise<StockView | null> {
  const balance = (await readStock(sql, [goodsId])).get(goodsId);
  return balance ? stockView(balance) : null;
}

/** Units of all goods together that orders hold. */
export async function sumHeldUnits(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ held: number | string | null }>(
    'SELECT SUM(held) AS held FROM stock',
  );
  return Number(row?.held ?? 0);
}

export interface MovementPage {
  readonly movements: readonly Movement[];
  /** Where the next page begins; null after the last. */
  readonly next: number | null;
}

/** A page of the ledger of one goods id, newest first. */
export async function listMovements(
  sql: Sql,
  goodsId: number,
  { limit, before = Number.MAX_SAFE_INTEGER }: { readonly limit: number; readonly before?: number },
): Promise<MovementPage> {
  const rows = await sql.rows<Movement & { at: DatabaseTime }>(
    `SELECT m.goods_id AS goodsId, m.version, m.kind, m.quantity, o.order_id AS orderId, m.hold,
       CAST(m.fence AS CHAR) AS fence, a.reason, m.at
     FROM movements m
     LEFT JOIN orders o ON o.seq = m.order_seq
     LEFT JOIN adjustments a ON a.goods_id = m.goods_id AND a.version = m.version
     WHERE m.goods_id = ? AND m.version < ? ORDER BY m.version DESC LIMIT ?`,
    [goodsId, before, limit],
  );
  return {
    movements: rows.map((row) => ({ ...row, at: isoOf(row.at) })),
    next: rows.length < limit ? null : (rows.at(-1)?.version ?? null),
  };
}
