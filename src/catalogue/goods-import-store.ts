import { type Database, isFailure, sameRows, type Sql } from '../mysql/index.ts';
import { raiseEpoch } from './goods-epoch-store.ts';
import { insertGoods, READ_GOODS } from './goods-store.ts';
import type { Goods } from './goods.ts';
import {
  type GoodsRow,
  type GoodsVerdict,
  type KnownOfRows,
  pairName,
  verdictsOf,
} from './goods-verdicts.ts';
import { termsOf } from './search-terms.ts';

const ATTEMPTS = 4;

/** What would become of these rows; nothing is written. */
export async function judgeGoods(sql: Sql, rows: readonly GoodsRow[]): Promise<GoodsVerdict[]> {
  return verdictsOf(rows, await knownOf(sql, rows, ''));
}

/**
 * Keeps many rows, no goods id twice among them, in one transaction and a few statements. What is
 * there already in these words is not written, so a file can be sent again after half of it.
 */
export async function keepGoods(
  database: Database,
  rows: readonly GoodsRow[],
  { raisesEpoch }: { readonly raisesEpoch: boolean },
): Promise<GoodsVerdict[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction(async (sql) => {
        const verdicts = verdictsOf(rows, await knownOf(sql, rows, 'FOR UPDATE'));
        const those = (verdict: GoodsVerdict) => rows.filter((_, at) => verdicts[at] === verdict);
        const [created, changed] = [those('created'), those('changed')];
        if (created.length > 0) await insertGoods(sql, created);
        if (changed.length > 0) await updateGoods(sql, changed);
        if (raisesEpoch && created.length + changed.length > 0) await raiseEpoch(sql);
        return verdicts;
      });
    } catch (error) {
      // Somebody else was quicker with the same id or number: what is there now decides.
      const mayPass = isFailure(error, 'conflict', 'duplicate') || isTaken(error);
      if (attempt === ATTEMPTS || !mayPass) throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return code === 'goods-sn-taken' || code === 'brand-not-in-category';
}

async function knownOf(
  sql: Sql,
  rows: readonly GoodsRow[],
  lock: '' | 'FOR UPDATE',
): Promise<KnownOfRows> {
  const ids = rows.map(({ goodsId }) => goodsId).toSorted((one, other) => one - other);
  const goods = await sql.rows<Goods>(
    `${READ_GOODS} FORCE INDEX (PRIMARY) WHERE g.goods_id IN (?) ${lock}`,
    [ids],
  );
  const owners = await sql.rows<{ goods_id: number; goods_sn: string }>(
    'SELECT goods_id, goods_sn FROM goods WHERE goods_sn IN (?)',
    [rows.map(({ goodsSn }) => goodsSn)],
  );
  const pairs = await sql.rows<{ category_id: number; brand_id: number }>(
    'SELECT category_id, brand_id FROM brand_categories WHERE category_id IN (?)',
    [[...new Set(rows.map(({ categoryId }) => categoryId))]],
  );
  return {
    goods: new Map(goods.map((row) => [row.goodsId, row])),
    owners: new Map(owners.map((row) => [row.goods_sn, row.goods_id])),
    pairs: new Set(pairs.map((row) => pairName(row.category_id, row.brand_id))),
  };
}

async function updateGoods(sql: Sql, rows: readonly GoodsRow[]): Promise<void> {
  const values = rows.map((row) => [
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
  const matched = await sql.write(
    `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
       goods_id BIGINT UNSIGNED PATH '$[0]', goods_sn VARCHAR(64) PATH '$[1]',
       name VARCHAR(200) PATH '$[2]', brand_id BIGINT UNSIGNED PATH '$[3]',
       category_id BIGINT UNSIGNED PATH '$[4]', shop_price BIGINT UNSIGNED PATH '$[5]',
       currency CHAR(3) PATH '$[6]', status VARCHAR(8) PATH '$[7]', terms TEXT PATH '$[8]')) v
     STRAIGHT_JOIN goods g FORCE INDEX (PRIMARY) ON g.goods_id = v.goods_id
     SET g.goods_sn = v.goods_sn, g.name = v.name, g.brand_id = v.brand_id,
       g.category_id = v.category_id, g.shop_price = v.shop_price, g.currency = v.currency,
       g.status = v.status, g.terms = v.terms, g.version = g.version + 1`,
    [JSON.stringify(values)],
  );
  sameRows(matched, rows.length, 'goods of a file');
}
