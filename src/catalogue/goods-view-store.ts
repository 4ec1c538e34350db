import type { Sql, SqlValue } from '../mysql/index.ts';
import { idsUnder } from './categories-store.ts';
import type { Goods, GoodsStatus } from './goods.ts';
import { GOODS_FIELDS, READ_GOODS } from './goods-store.ts';
import { askedFor } from './search-terms.ts';

export interface GoodsFilter {
  /** Words of the name, or any part of it where words have no blanks between them. */
  readonly q?: string;
  readonly brandId?: number;
  /** In this category or in one below it. */
  readonly categoryId?: number;
  readonly status?: GoodsStatus;
  readonly limit: number;
  readonly before?: number;
}

export interface GoodsPage {
  readonly goods: readonly Goods[];
  readonly next: number | null;
}

/** So many of the newest are looked through before the index is asked. */
const NEWEST = '(SELECT * FROM goods WHERE goods_id < ? ORDER BY goods_id DESC LIMIT 5000) g';
/** In these they stand in order; the server would rather sort all of a large brand or category. */
const IN_CATEGORY = 'goods g FORCE INDEX (goods_in_category)';
const OF_BRAND = 'goods g FORCE INDEX (goods_by_brand)';

interface Conditions {
  readonly table: string;
  readonly texts: readonly string[];
  readonly values: readonly SqlValue[];
}

/**
 * A page of goods, the highest ids first. The index answers a search with all that it finds, which
 * of a common word is most of the catalogue; but then a page of it stands among the newest.
 */
export async function listGoods(sql: Sql, filter: GoodsFilter): Promise<GoodsPage> {
  const { q, limit, before = Number.MAX_SAFE_INTEGER } = filter;
  const asked = q === undefined ? undefined : askedFor(q);
  if (asked === null) return pageOf([], limit); // signs alone stand in no name
  const narrowed = await narrowing(sql, filter);
  if (!asked) return pageOf(await goodsWhere(sql, narrowed.table, before, narrowed, limit), limit);
  const among = await goodsWhere(
    sql,
    NEWEST,
    before,
    and(narrowed, {
      texts: asked.inTerms.map(() => "CONCAT(' ', g.terms, ' ') LIKE ?"),
      values: asked.inTerms,
    }),
    limit,
  );
  if (among.length === limit) return pageOf(among, limit);
  const indexed = and(narrowed, {
    texts: ['MATCH (g.terms) AGAINST (? IN BOOLEAN MODE)'],
    values: [asked.inIndex],
  });
  return pageOf(await goodsWhere(sql, 'goods g', before, indexed, limit), limit);
}

async function narrowing(
  sql: Sql,
  { brandId, categoryId, status }: GoodsFilter,
): Promise<Conditions> {
  const texts: string[] = [];
  const values: SqlValue[] = [];
  let table = 'goods g';
  if (brandId !== undefined) {
    texts.push('g.brand_id = ?');
    values.push(brandId);
    table = OF_BRAND;
  }
  if (categoryId !== undefined) {
    texts.push('g.category_id IN (?)');
    const ids = await idsUnder(sql, categoryId);
    values.push(ids);
    if (ids.length === 1) table = IN_CATEGORY;
  }
  if (status !== undefined) {
    texts.push('g.status = ?');
    values.push(status);
  }
  return { table, texts, values };
}

function and(one: Conditions, other: Omit<Conditions, 'table'>): Conditions {
  const texts = [...one.texts, ...other.texts];
  return { ...one, texts, values: [...one.values, ...other.values] };
}

async function goodsWhere(
  sql: Sql,
  table: string,
  before: number,
  { texts, values }: Conditions,
  limit: number,
): Promise<readonly Goods[]> {
  return await sql.rows<Goods>(
    `SELECT ${GOODS_FIELDS} FROM ${table} WHERE ${['g.goods_id < ?', ...texts].join(' AND ')}
     ORDER BY g.goods_id DESC LIMIT ?`,
    [...(table === NEWEST ? [before] : []), before, ...values, limit],
  );
}

function pageOf(goods: readonly Goods[], limit: number): GoodsPage {
  return { goods, next: goods.length < limit ? null : (goods.at(-1)?.goodsId ?? null) };
}

/** The next page of all goods in order of id, for whoever takes them all. */
export async function goodsAfter(
  sql: Sql,
  goodsId: number,
  limit: number,
): Promise<readonly Goods[]> {
  return await sql.rows<Goods>(`${READ_GOODS} WHERE g.goods_id > ? ORDER BY g.goods_id LIMIT ?`, [
    goodsId,
    limit,
  ]);
}
