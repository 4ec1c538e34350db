import { AppError } from '../kernel/index.ts';
import type { Database, Sql } from '../mysql/index.ts';
import { raiseEpoch } from './goods-epoch-store.ts';
import { type Goods, type GoodsDraft, isSameGoods } from './goods.ts';
import { stillInUse, underKeys } from './key-refusals.ts';
import { assertVersion, type Saved } from './saved.ts';
import { termsOf } from './search-terms.ts';

export const GOODS_FIELDS = `g.goods_id AS goodsId, g.goods_sn AS goodsSn, g.name,
  g.brand_id AS brandId, g.category_id AS categoryId, g.shop_price AS shopPrice, g.currency,
  g.status, g.version`;
export const READ_GOODS = `SELECT ${GOODS_FIELDS} FROM goods g`;

/** How a change of goods is to be written: told to the cache, or by a new epoch. */
export interface GoodsWrite {
  readonly expectedVersion?: number;
  readonly raisesEpoch: boolean;
}

export async function readGoods(
  sql: Sql,
  goodsIds: readonly number[],
): Promise<Map<number, Goods>> {
  if (goodsIds.length === 0) return new Map();
  const rows = await sql.rows<Goods>(`${READ_GOODS} WHERE g.goods_id IN (?)`, [goodsIds]);
  return new Map(rows.map((row) => [row.goodsId, row]));
}

/** Ids in order, a page at a time. */
export async function goodsIdsAfter(
  sql: Sql,
  goodsId: number,
  limit: number,
): Promise<readonly number[]> {
  const rows = await sql.rows<{ goods_id: number }>(
    'SELECT goods_id FROM goods WHERE goods_id > ? ORDER BY goods_id LIMIT ?',
    [goodsId, limit],
  );
  return rows.map(({ goods_id }) => goods_id);
}

export async function countGoods(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ goods: number }>('SELECT COUNT(*) AS goods FROM goods');
  return row?.goods ?? 0;
}

/** The same goods again are answered as they are; an id and a number belong to one. */
export async function addGoods(
  database: Database,
  goodsId: number,
  draft: GoodsDraft,
  write: GoodsWrite,
): Promise<Saved<Goods>> {
  return await database.transaction(async (sql) => {
    const known = await lockGoods(sql, goodsId);
    if (known) {
      if (isSameGoods(known, draft)) return { change: 'unchanged', row: known };
      throw new AppError('goods-known', `goods ${goodsId} are in the catalogue with other words`, {
        details: { goodsId, version: known.version },
      });
    }
    await insertGoods(sql, [{ goodsId, ...draft }]);
    if (write.raisesEpoch) await raiseEpoch(sql);
    return { change: 'created', row: { goodsId, ...draft, version: 1 } };
  });
}

export async function insertGoods(
  sql: Sql,
  rows: readonly (GoodsDraft & { readonly goodsId: number })[],
): Promise<void> {
  const values = rows
    .toSorted((one, other) => one.goodsId - other.goodsId)
    .map((row) => [
      row.goodsId,
      row.goodsSn,
      row.name,
      row.brandId,
      row.categoryId,
      row.shopPrice,
      row.currency,
      row.status,
      termsOf(row.name),
    ]);
  await underKeys(
    () =>
      sql.write(
        `INSERT INTO goods (goods_id, goods_sn, name, brand_id, category_id, shop_price, currency,
           status, terms) VALUES ?`,
        [values],
      ),
    keyRefusals,
  );
}

export async function changeGoods(
  database: Database,
  goodsId: number,
  draft: GoodsDraft,
  { expectedVersion, raisesEpoch }: GoodsWrite,
): Promise<Saved<Goods>> {
  return await database.transaction(async (sql) => {
    const found = await lockKnown(sql, goodsId);
    if (isSameGoods(found, draft)) return { change: 'unchanged', row: found };
    assertVersion(`goods ${goodsId}`, found, expectedVersion);
    await underKeys(() => writeGoods(sql, goodsId, draft), keyRefusals);
    if (raisesEpoch) await raiseEpoch(sql);
    return { change: 'changed', row: { goodsId, ...draft, version: found.version + 1 } };
  });
}

async function writeGoods(sql: Sql, goodsId: number, draft: GoodsDraft): Promise<void> {
  await sql.write(
    `UPDATE goods SET goods_sn = ?, name = ?, brand_id = ?, category_id = ?, shop_price = ?,
       currency = ?, status = ?, terms = ?, version = version + 1 WHERE goods_id = ?`,
    [
      draft.goodsSn,
      draft.name,
      draft.brandId,
      draft.categoryId,
      draft.shopPrice,
      draft.currency,
      draft.status,
      termsOf(draft.name),
      goodsId,
    ],
  );
}

/** Out of the catalogue; their stock, and orders of them, stay as they are. */
export async function removeGoods(
  database: Database,
  goodsId: number,
  { expectedVersion, raisesEpoch }: GoodsWrite,
): Promise<void> {
  await database.transaction(async (sql) => {
    assertVersion(`goods ${goodsId}`, await lockKnown(sql, goodsId), expectedVersion);
    await underKeys(() => sql.write('DELETE FROM goods WHERE goods_id = ?', [goodsId]), {
      stillUsed: () => stillInUse(`goods ${goodsId}`, 'a banner that leads to them'),
    });
    if (raisesEpoch) await raiseEpoch(sql);
  });
}

async function lockGoods(sql: Sql, goodsId: number): Promise<Goods | null> {
  const [row] = await sql.rows<Goods>(`${READ_GOODS} WHERE g.goods_id = ? FOR UPDATE`, [goodsId]);
  return row ?? null;
}

async function lockKnown(sql: Sql, goodsId: number): Promise<Goods> {
  const found = await lockGoods(sql, goodsId);
  if (found) return found;
  throw new AppError('not-in-catalogue', `goods ${goodsId} are not in the catalogue`);
}

const keyRefusals = {
  taken: () => new AppError('goods-sn-taken', 'other goods have this goodsSn, or this id'),
  notThere: () =>
    new AppError('brand-not-in-category', 'the category is not there, or does not have this brand'),
};
