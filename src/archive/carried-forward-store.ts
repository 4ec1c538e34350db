import { type Sql, sameRows } from '../mysql/index.ts';
import { type Balance, emptyBalance } from '../stock/index.ts';
import type { OldMovement, Opening } from './carry-forward.ts';

/** A movement as the file keeps it. */
export interface ArchivedMovement extends OldMovement {
  readonly goodsId: number;
  readonly orderId: string | null;
  readonly hold: number | null;
  readonly reason: string | null;
  readonly at: string;
}

export interface GoodsPage {
  /** Goods whose oldest movement that is left is older than that time. */
  readonly goodsIds: readonly number[];
  /** The last that was looked at; null when there are no more. */
  readonly last: number | null;
}

/** The next goods, by the key of the stock, each with a look at one movement. */
export async function goodsWithOldLedger(
  sql: Sql,
  { after, before, limit }: { after: number; before: string; limit: number },
): Promise<GoodsPage> {
  const rows = await sql.rows<{ goodsId: number; isOld: number }>(
    `SELECT g.goods_id AS goodsId, COALESCE(m.at < ?, 0) AS isOld
     FROM (SELECT goods_id FROM stock WHERE goods_id > ? ORDER BY goods_id LIMIT ?) g
     LEFT JOIN carried_forward c ON c.goods_id = g.goods_id
     LEFT JOIN movements m ON m.goods_id = g.goods_id AND m.version = COALESCE(c.version, 0) + 1
     ORDER BY g.goods_id`,
    [before, after, limit],
  );
  return {
    goodsIds: rows.flatMap(({ goodsId, isOld }) => (isOld === 1 ? [goodsId] : [])),
    last: rows.at(-1)?.goodsId ?? null,
  };
}

type OpeningRow = Omit<Balance, 'fence' | 'keeping'> & {
  readonly fence: string;
  readonly returned: number;
};

const OPENING = `SELECT goods_id AS goodsId, version, available, held, sold, received, returned,
  CAST(fence AS CHAR) AS fence FROM carried_forward WHERE goods_id = ?`;

export async function readOpening(sql: Sql, goodsId: number): Promise<Opening> {
  return openingOf(goodsId, await sql.rows<OpeningRow>(OPENING, [goodsId]));
}

/** Makes the row if there is none, so that there is something to lock. */
export async function lockOpening(sql: Sql, goodsId: number): Promise<Opening> {
  await sql.write(
    `INSERT INTO carried_forward (goods_id, version, available, held, sold, received, returned,
       fence, at) VALUES (?, 0, 0, 0, 0, 0, 0, 0, UTC_TIMESTAMP(6))
     ON DUPLICATE KEY UPDATE goods_id = carried_forward.goods_id`,
    [goodsId],
  );
  return openingOf(goodsId, await sql.rows<OpeningRow>(`${OPENING} FOR UPDATE`, [goodsId]));
}

function openingOf(goodsId: number, [row]: readonly OpeningRow[]): Opening {
  if (!row) return { balance: emptyBalance(goodsId), returned: 0 };
  const { returned, fence, ...counts } = row;
  return { balance: { ...emptyBalance(goodsId), ...counts, fence: BigInt(fence) }, returned };
}

/** The next part of one ledger, oldest first. Its rows never change, so none is locked. */
export async function movementsAfter(
  sql: Sql,
  goodsId: number,
  { version, before, limit }: { version: number; before: string; limit: number },
): Promise<readonly ArchivedMovement[]> {
  return await sql.rows<ArchivedMovement>(
    `SELECT m.goods_id AS goodsId, m.version, m.kind, m.quantity, o.order_id AS orderId, m.hold,
       CAST(m.fence AS CHAR) AS fence, a.reason, m.at, m.at < ? AS isOld,
       m.order_seq IS NULL OR COALESCE(o.state NOT IN ('awaited', 'placed', 'reserved'), 0)
         AS isThrough
     FROM movements m FORCE INDEX (PRIMARY)
     LEFT JOIN orders o ON o.seq = m.order_seq
     LEFT JOIN adjustments a ON a.goods_id = m.goods_id AND a.version = m.version
     WHERE m.goods_id = ? AND m.version > ? ORDER BY m.version LIMIT ?`,
    [before, goodsId, version, limit],
  );
}

/** The only place where rows of the ledger go: what they summed to is written with it. */
export async function moveOpening(sql: Sql, from: Opening, to: Opening): Promise<void> {
  const { goodsId, available, held, sold, received, version, fence } = to.balance;
  const was = from.balance.version;
  const [moved, removed] = await Promise.all([
    sql.write(
      `UPDATE carried_forward SET version = ?, available = ?, held = ?, sold = ?, received = ?,
         returned = ?, fence = ?, at = UTC_TIMESTAMP(6) WHERE goods_id = ? AND version = ?`,
      [version, available, held, sold, received, to.returned, String(fence), goodsId, was],
    ),
    sql.write(
      `DELETE m FROM movements m FORCE INDEX (PRIMARY)
       WHERE m.goods_id = ? AND m.version BETWEEN ? AND ?`,
      [goodsId, was + 1, version],
    ),
  ]);
  sameRows(moved, 1, 'opening of a ledger');
  sameRows(removed, version - was, 'movements carried forward');
}
