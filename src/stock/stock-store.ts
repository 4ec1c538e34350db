import type { DatabaseTime } from '../kernel/index.ts';
import { type Sql, sameRows } from '../mysql/index.ts';
import type { Balance, MovementKind } from './balance.ts';
import type { Keeping, Side } from './keeping.ts';
import { type Adjustment, legOf } from './movement.ts';

export interface StockRow {
  readonly goods_id: number;
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly received: number;
  readonly version: number;
  readonly fence: number | string;
  readonly safety: number;
  readonly low_at: number | null;
  readonly back_at: number | null;
  readonly side: Side;
  readonly keeping: number;
}

type KeepingColumns = Pick<StockRow, 'safety' | 'low_at' | 'back_at' | 'side' | 'keeping'>;

export const STOCK_COLUMNS = `goods_id, available, held, sold, received, version, fence,
  safety, low_at, back_at, side, keeping`;
const READ = `SELECT ${STOCK_COLUMNS} FROM stock
  FORCE INDEX (PRIMARY) WHERE goods_id IN (?) ORDER BY goods_id`;

export async function readStock(
  sql: Sql,
  goodsIds: readonly number[],
): Promise<Map<number, Balance>> {
  return balancesOf(await sql.rows<StockRow>(READ, [goodsIds]));
}

/** The next page of all goods, in order of id. */
export async function stockAfter(
  sql: Sql,
  goodsId: number,
  limit: number,
): Promise<readonly Balance[]> {
  const rows = await sql.rows<StockRow>(
    `SELECT ${STOCK_COLUMNS} FROM stock WHERE goods_id > ? ORDER BY goods_id LIMIT ?`,
    [goodsId, limit],
  );
  return [...balancesOf(rows).values()];
}

/** Locked in order of id, always after the orders. */
export async function lockStock(
  sql: Sql,
  goodsIds: readonly number[],
): Promise<Map<number, Balance>> {
  return balancesOf(await sql.rows<StockRow>(`${READ} FOR UPDATE`, [goodsIds]));
}

/** In the order of the rows. */
export function balancesOf(rows: readonly StockRow[]): Map<number, Balance> {
  return new Map(
    rows.map(({ goods_id, available, held, sold, received, version, fence, ...kept }) => {
      const counts = { available, held, sold, received, version };
      const keeping = keepingOf(kept);
      return [goods_id, { goodsId: goods_id, ...counts, fence: BigInt(fence), keeping }];
    }),
  );
}

function keepingOf({ safety, low_at, back_at, side, keeping }: KeepingColumns): Keeping {
  const thresholds =
    low_at === null || back_at === null ? null : { lowAt: low_at, backAt: back_at };
  return { safety, thresholds, side, number: keeping };
}

/**
 * Makes rows for goods that never had stock, so that there is something to lock. Rows that are
 * there already are left alone: to touch one here would lock it out of its turn.
 */
export async function ensureStock(sql: Sql, goodsIds: readonly number[]): Promise<void> {
  if (goodsIds.length === 0) return;
  const known = await readStock(sql, goodsIds);
  const missing = goodsIds.filter((goodsId) => !known.has(goodsId));
  if (missing.length === 0) return;
  await sql.write(
    'INSERT INTO stock (goods_id) VALUES ? ON DUPLICATE KEY UPDATE goods_id = stock.goods_id',
    [missing.toSorted((one, other) => one - other).map((goodsId) => [goodsId])],
  );
}

export interface BalanceChange {
  readonly before: Balance;
  readonly after: Balance;
}

/**
 * Writes new balances under the lock number they were decided under. A row that has seen a higher
 * number belongs to a later holder: then this write must not happen, and nothing else of it. Nor
 * must what was decided before somebody has changed how these goods are kept.
 *
 * The index is forced: a table of few goods would be read whole, and each row on the way be waited
 * for, so that batches which want nothing of each other stop each other, or in a ring.
 */
export async function writeBalances(
  sql: Sql,
  changes: readonly BalanceChange[],
  fence: bigint | null,
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ before, after }) => [
    after.goodsId,
    before.version,
    after.available,
    after.held,
    after.sold,
    after.received,
    after.version,
    String(fence ?? before.fence),
    before.keeping.number,
    after.keeping.side,
  ]);
  const matched = await sql.write(
    `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
       goods_id BIGINT UNSIGNED PATH '$[0]', was BIGINT UNSIGNED PATH '$[1]',
       available BIGINT PATH '$[2]', held BIGINT PATH '$[3]', sold BIGINT PATH '$[4]',
       received BIGINT PATH '$[5]', version BIGINT UNSIGNED PATH '$[6]',
       fence BIGINT UNSIGNED PATH '$[7]', keeping INT UNSIGNED PATH '$[8]',
       side VARCHAR(4) PATH '$[9]')) v
     STRAIGHT_JOIN stock s FORCE INDEX (PRIMARY)
       ON s.goods_id = v.goods_id AND s.version = v.was AND s.fence <= v.fence
       AND s.keeping = v.keeping
     SET s.available = v.available, s.held = v.held, s.sold = v.sold, s.received = v.received,
       s.version = v.version, s.fence = v.fence, s.side = v.side`,
    [JSON.stringify(rows)],
  );
  sameRows(matched, changes.length, 'stock under its fence');
}

export interface MovementRow {
  readonly goodsId: number;
  readonly version: number;
  readonly kind: MovementKind;
  readonly quantity: number;
  readonly orderSeq: number | null;
  readonly hold: number | null;
  readonly part: number;
}

export async function insertMovements(
  sql: Sql,
  rows: readonly MovementRow[],
  fence: bigint | null,
  now: DatabaseTime,
): Promise<void> {
  if (rows.length === 0) return;
  const shared = [fence === null ? null : String(fence), now];
  await sql.write(
    `INSERT INTO movements (goods_id, version, kind, quantity, order_seq, hold, part, leg, fence,
       at) VALUES ?`,
    [
      rows
        .toSorted((one, other) => one.goodsId - other.goodsId || one.version - other.version)
        .map((row) => [
          row.goodsId,
          row.version,
          row.kind,
          row.quantity,
          row.orderSeq,
          row.hold,
          row.part,
          legOf(row.kind),
          ...shared,
        ]),
    ],
  );
}

export async function readAdjustments(
  sql: Sql,
  keys: readonly string[],
): Promise<Map<string, Adjustment>> {
  const rows = await sql.rows<{
    idempotency_key: string;
    goods_id: number;
    delta: number;
    reason: string;
  }>(
    `SELECT idempotency_key, goods_id, delta, reason FROM adjustments
     WHERE idempotency_key IN (?)`,
    [keys],
  );
  return new Map(
    rows.map((row) => [
      row.idempotency_key,
      {
        idempotencyKey: row.idempotency_key,
        goodsId: row.goods_id,
        delta: row.delta,
        reason: row.reason,
      },
    ]),
  );
}

export async function insertAdjustments(
  sql: Sql,
  rows: readonly (Adjustment & { readonly version: number | null })[],
  now: DatabaseTime,
): Promise<void> {
  if (rows.length === 0) return;
  await sql.write(
    `INSERT INTO adjustments (idempotency_key, goods_id, delta, reason, version, at) VALUES ?`,
    [
      rows.map(({ idempotencyKey, goodsId, delta, reason, version }) => [
        idempotencyKey,
        goodsId,
        delta,
        reason,
        version,
        now,
      ]),
    ],
  );
}
