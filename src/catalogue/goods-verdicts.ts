import { AppError } from '../kernel/index.ts';
import { type Goods, type GoodsDraft, isSameGoods } from './goods.ts';

/** Goods as a file has them. */
export type GoodsRow = GoodsDraft & { readonly goodsId: number };

/** What is to become of a row, or why it is refused. */
export type GoodsVerdict = 'created' | 'changed' | 'unchanged' | AppError;

/** What there is already of what the rows name. */
export interface KnownOfRows {
  readonly goods: ReadonlyMap<number, Goods>;
  /** Whose each `goodsSn` is. */
  readonly owners: ReadonlyMap<string, number>;
  readonly pairs: ReadonlySet<string>;
}

export function pairName(categoryId: number, brandId: number): string {
  return `${categoryId}/${brandId}`;
}

/** Each row by itself, in order: one that is refused keeps no other. */
export function verdictsOf(rows: readonly GoodsRow[], known: KnownOfRows): GoodsVerdict[] {
  const owners = new Map(known.owners);
  return rows.map((row) => {
    const { goodsId, goodsSn, categoryId, brandId } = row;
    const owner = owners.get(goodsSn);
    if (owner !== undefined && owner !== goodsId) {
      return new AppError('goods-sn-taken', `goodsSn ${goodsSn} is that of goods ${owner}`);
    }
    if (!known.pairs.has(pairName(categoryId, brandId))) {
      const text = `category ${categoryId} is not there, or does not have brand ${brandId}`;
      return new AppError('brand-not-in-category', text);
    }
    owners.set(goodsSn, goodsId);
    const found = known.goods.get(goodsId);
    if (!found) return 'created';
    return isSameGoods(found, row) ? 'unchanged' : 'changed';
  });
}
