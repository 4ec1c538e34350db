import type { DatabaseTime } from '../kernel/index.ts';
import { present } from '../kernel/index.ts';
import type { Sql } from '../mysql/index.ts';
import type { Difference, Units } from './audit-report.ts';

/** What there is to look at, at the moment that is looked at. */
export interface AuditScope {
  readonly now: DatabaseTime;
  readonly orders: number;
  readonly lastSeq: number;
}

export async function readScope(sql: Sql): Promise<AuditScope> {
  const [row] = await sql.rows<AuditScope>(
    `SELECT UTC_TIMESTAMP(6) AS now, COUNT(*) AS orders, COALESCE(MAX(seq), 0) AS lastSeq
     FROM orders`,
  );
  return present(row, 'the scope row');
}

/** A part of the ledger: goods after one id, up to another, and of each some versions. */
export interface LedgerRange {
  readonly after: number;
  readonly upTo: number;
  readonly fromVersion: number;
  readonly toVersion: number;
}

/** What one part of the ledger says of one goods id. */
export interface LedgerPart extends Units {
  readonly goodsId: number;
  readonly movements: number;
  readonly firstVersion: number;
  readonly lastVersion: number;
  /** How many movements do not have the number after that of the one before. */
  readonly gaps: number;
  /** Lock numbers; null when all of it was written under row locks alone. */
  readonly lowestFence: bigint | null;
  readonly highestFence: bigint | null;
  readonly returned: number;
}

/** Where a ledger begins whose oldest movements have been archived. */
export interface LedgerOpening extends Units {
  readonly goodsId: number;
  readonly version: number;
  readonly returned: number;
  readonly fence: bigint;
}

export async function ledgerOpenings(
  sql: Sql,
  { after, upTo }: Pick<LedgerRange, 'after' | 'upTo'>,
): Promise<readonly LedgerOpening[]> {
  const rows = await sql.rows<Omit<LedgerOpening, 'fence'> & { readonly fence: string }>(
    `SELECT goods_id AS goodsId, version, available, held, sold, received, returned,
       CAST(fence AS CHAR) AS fence
     FROM carried_forward WHERE goods_id > ? AND goods_id <= ?`,
    [after, upTo],
  );
  return rows.map(({ fence, ...opening }) => ({ ...opening, fence: BigInt(fence) }));
}

type FenceRow = Readonly<Record<'lowestFence' | 'highestFence', string | null>>;
type SumsRow = Readonly<Record<Exclude<keyof LedgerPart, keyof FenceRow>, string | number>>;

/** One pass over the movements, in the order of the primary key. */
export async function sumLedger(sql: Sql, range: LedgerRange): Promise<LedgerPart[]> {
  const rows = await sql.rows<SumsRow & FenceRow>(
    `SELECT goods_id AS goodsId, COUNT(*) AS movements, MIN(version) AS firstVersion,
       MAX(version) AS lastVersion, SUM(COALESCE(version <> prior + 1, 0)) AS gaps,
       CAST(MIN(fence) AS CHAR) AS lowestFence, CAST(MAX(fence) AS CHAR) AS highestFence,
       SUM(CASE kind WHEN 'reserve' THEN -quantity WHEN 'settle' THEN 0 ELSE quantity END)
         AS available,
       SUM(CASE kind WHEN 'reserve' THEN quantity WHEN 'release' THEN -quantity
         WHEN 'settle' THEN -quantity ELSE 0 END) AS held,
       SUM(CASE kind WHEN 'settle' THEN quantity WHEN 'return' THEN -quantity ELSE 0 END) AS sold,
       SUM(IF(kind = 'restock', quantity, 0)) AS received,
       SUM(IF(kind = 'return', quantity, 0)) AS returned
     FROM (
       SELECT goods_id, version, kind, quantity, fence,
         LAG(version) OVER (PARTITION BY goods_id ORDER BY version) AS prior
       FROM movements WHERE goods_id > ? AND goods_id <= ? AND version BETWEEN ? AND ?
     ) m GROUP BY goods_id`,
    valuesOf(range),
  );
  return rows.map(({ lowestFence, highestFence, ...sums }) => ({
    ...numbersOf(sums),
    lowestFence: lowestFence === null ? null : BigInt(lowestFence),
    highestFence: highestFence === null ? null : BigInt(highestFence),
  }));
}

/**
 * Goods with a movement under a lower lock number than the one before. Compared with the movement
 * before alone, those without a number left out: a running maximum costs the square of the rows.
 */
export async function goodsWhoseFenceFalls(
  sql: Sql,
  range: LedgerRange,
): Promise<readonly number[]> {
  const rows = await sql.rows<{ goodsId: number }>(
    `SELECT DISTINCT goods_id AS goodsId
     FROM (
       SELECT goods_id, fence, LAG(fence) OVER (PARTITION BY goods_id ORDER BY version) AS prior
       FROM movements
       WHERE goods_id > ? AND goods_id <= ? AND version BETWEEN ? AND ? AND fence IS NOT NULL
     ) m WHERE fence < prior`,
    valuesOf(range),
  );
  return rows.map(({ goodsId }) => goodsId);
}

function valuesOf({ after, upTo, fromVersion, toVersion }: LedgerRange): number[] {
  return [after, upTo, fromVersion, toVersion];
}

/** The server answers sums as decimals, which the driver hands over as text. */
function numbersOf<Key extends string>(
  row: Readonly<Record<Key, string | number>>,
): Record<Key, number> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, Number(value)]),
  ) as Record<Key, number>;
}

/** A part of the orders: those whose numbers lie between two, both included. */
export interface OrderRange {
  readonly from: number;
  readonly to: number;
}

/** What orders say of one goods id: the units of their lines. */
export interface OrderedUnits {
  readonly goodsId: number;
  /** Of orders that are reserved. */
  readonly held: number;
  /** Of orders that were paid, those that were returned since among them. */
  readonly sold: number;
}

export async function sumOrdered(
  sql: Sql,
  { from, to }: OrderRange,
): Promise<readonly OrderedUnits[]> {
  const rows = await sql.rows<Record<'goodsId' | 'held' | 'sold', string | number>>(
    `SELECT l.goods_id AS goodsId,
       SUM(IF(o.state = 'reserved', l.quantity - l.cancelled, 0)) AS held,
       SUM(IF(o.state = 'reserved', 0, l.quantity - l.cancelled)) AS sold
     FROM orders o JOIN order_lines l ON l.order_seq = o.seq
     WHERE o.seq BETWEEN ? AND ? AND o.state IN ('reserved', 'paid', 'returned')
     GROUP BY l.goods_id`,
    [from, to],
  );
  return rows.map(numbersOf);
}

interface AdjustmentRow {
  readonly goodsId: number;
  readonly version: number;
  readonly quantity: number | null;
  readonly delta: number | null;
}

/** Restocks and adjustments are two sides of one thing: each has the other. */
export async function unmatchedAdjustments(
  sql: Sql,
  range: LedgerRange,
  limit: number,
): Promise<Difference[]> {
  const rows = await sql.rows<AdjustmentRow>(
    `SELECT m.goods_id AS goodsId, m.version, m.quantity, a.delta
     FROM movements m LEFT JOIN adjustments a ON a.goods_id = m.goods_id AND a.version = m.version
     WHERE m.goods_id > ? AND m.goods_id <= ? AND m.version BETWEEN ? AND ? AND m.kind = 'restock'
       AND (a.delta IS NULL OR a.delta <> m.quantity)
     UNION ALL
     SELECT a.goods_id, a.version, NULL, a.delta
     FROM adjustments a LEFT JOIN movements m ON m.goods_id = a.goods_id
       AND m.version = a.version AND m.kind = 'restock'
     LEFT JOIN carried_forward c ON c.goods_id = a.goods_id
     WHERE a.goods_id > ? AND a.goods_id <= ? AND a.version BETWEEN ? AND ?
       AND m.goods_id IS NULL AND a.version > COALESCE(c.version, 0)
     LIMIT ?`,
    [...valuesOf(range), ...valuesOf(range), limit],
  );
  return rows.map(({ goodsId, version, quantity, delta }) => ({
    check: 'adjustments',
    goodsId,
    expected: quantity ?? 'no adjustment',
    found: delta ?? 'no adjustment',
    text: `goods ${goodsId}: restock ${version} and its adjustment do not say the same`,
  }));
}
