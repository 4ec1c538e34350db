import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import { type Sql, sameRows } from '../mysql/index.ts';
import type { KeepingChange, Thresholds } from './keeping.ts';

/** What was chosen, by whom and why. */
export interface KeepingView {
  readonly number: number;
  readonly safety: number;
  readonly thresholds: Thresholds | null;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
}

/** After the balances of the same goods: their condition names the number that was read. */
export async function writeKeepings(sql: Sql, changes: readonly KeepingChange[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ goodsId, keeping: { safety, thresholds, number } }) => [
    goodsId,
    number,
    safety,
    thresholds?.lowAt ?? null,
    thresholds?.backAt ?? null,
  ]);
  const matched = await sql.write(
    `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
       goods_id BIGINT UNSIGNED PATH '$[0]', number INT UNSIGNED PATH '$[1]',
       safety BIGINT UNSIGNED PATH '$[2]', low_at BIGINT UNSIGNED PATH '$[3]',
       back_at BIGINT UNSIGNED PATH '$[4]')) v
     STRAIGHT_JOIN stock s FORCE INDEX (PRIMARY) ON s.goods_id = v.goods_id
     SET s.safety = v.safety, s.low_at = v.low_at, s.back_at = v.back_at, s.keeping = v.number`,
    [JSON.stringify(rows)],
  );
  sameRows(matched, rows.length, 'stock that is kept otherwise');
}

export async function insertKeepings(
  sql: Sql,
  changes: readonly KeepingChange[],
  now: DatabaseTime,
): Promise<void> {
  if (changes.length === 0) return;
  await sql.write(
    `INSERT INTO stock_keepings (goods_id, number, safety, low_at, back_at, actor, reason, at)
     VALUES ?`,
    [
      changes.map(({ goodsId, keeping: { number, safety, thresholds }, actor, reason }) => [
        goodsId,
        number,
        safety,
        thresholds?.lowAt ?? null,
        thresholds?.backAt ?? null,
        actor,
        reason,
        now,
      ]),
    ],
  );
}

/** The newest changes of one goods id first. */
export async function listKeepings(
  sql: Sql,
  goodsId: number,
  limit: number,
): Promise<readonly KeepingView[]> {
  const rows = await sql.rows<
    Omit<KeepingView, 'thresholds' | 'at'> & {
      readonly lowAt: number | null;
      readonly backAt: number | null;
      readonly at: DatabaseTime;
    }
  >(
    `SELECT number, safety, low_at AS lowAt, back_at AS backAt, actor, reason, at
     FROM stock_keepings WHERE goods_id = ? ORDER BY number DESC LIMIT ?`,
    [goodsId, limit],
  );
  return rows.map(({ lowAt, backAt, at, ...row }) => ({
    ...row,
    thresholds: lowAt === null || backAt === null ? null : { lowAt, backAt },
    at: isoOf(at),
  }));
}
