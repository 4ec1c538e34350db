import { present } from '../src/kernel/index.ts';
import type { Sql } from '../src/mysql/index.ts';
import type { Books } from './contender.ts';

interface BooksRow {
  readonly oversold: number | null;
  readonly leaked: number | null;
}

/**
 * Recounts goods from the orders and from the ledger. Oversold: orders were promised more than was
 * received. Leaked: what the stock rows say differs from what the orders have, or from the ledger.
 */
const RECOUNT = `
  SELECT SUM(GREATEST(0, IFNULL(o.held, 0) + IFNULL(o.sold, 0) - s.received)) AS oversold,
    SUM(ABS(s.held - IFNULL(o.held, 0)) + ABS(s.sold - IFNULL(o.sold, 0))
      + ABS(s.available + s.held + s.sold - s.received)
      + ABS(s.held - m.held) + ABS(s.sold - m.sold) + ABS(s.received - m.received)) AS leaked
  FROM stock s
  LEFT JOIN (
    SELECT l.goods_id, SUM(IF(o.state = 'reserved', l.quantity, 0)) AS held,
      SUM(IF(o.state = 'paid', l.quantity, 0)) AS sold
    FROM order_lines l JOIN orders o ON o.seq = l.order_seq
    WHERE l.goods_id BETWEEN ? AND ? GROUP BY l.goods_id) o ON o.goods_id = s.goods_id
  LEFT JOIN (
    SELECT goods_id, SUM(IF(kind = 'restock', quantity, 0)) AS received,
      SUM(IF(kind = 'settle', quantity, 0)) AS sold,
      SUM(CASE kind WHEN 'reserve' THEN quantity WHEN 'release' THEN -quantity
        WHEN 'settle' THEN -quantity ELSE 0 END) AS held
    FROM movements WHERE goods_id BETWEEN ? AND ? GROUP BY goods_id) m ON m.goods_id = s.goods_id
  WHERE s.goods_id BETWEEN ? AND ?`;

export async function recount(sql: Sql, first: number, last: number): Promise<Books> {
  const range = [first, last];
  const [row] = await sql.rows<BooksRow>(RECOUNT, [...range, ...range, ...range]);
  const { oversold, leaked } = present(row, 'the row of sums');
  return { oversold: Number(oversold), leaked: Number(leaked) };
}

/** The same of the table that the contender with one transaction for each order keeps. */
export async function recountPerOrder(sql: Sql, goodsId: number, units: number): Promise<Books> {
  const [row] = await sql.rows<{ left_over: number; sold: number }>(
    `SELECT s.stock AS left_over, (SELECT COUNT(*) FROM per_order_ledger l
       WHERE l.goods_id = s.goods_id) AS sold
     FROM per_order_stock s WHERE s.goods_id = ?`,
    [goodsId],
  );
  const { left_over: left, sold } = present(row, `goods ${goodsId}`);
  return { oversold: Math.max(0, sold - units), leaked: Math.abs(units - sold - left) };
}
