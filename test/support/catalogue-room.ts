import {
  addBrand,
  addCategory,
  type GoodsRow,
  keepGoods,
  linkBrand,
} from '../../src/catalogue/index.ts';
import { type FreshDatabase, freshDatabase } from './fresh-database.ts';

/** A database with one brand in one category, and words for the goods of a test. */
export interface CatalogueRoom extends FreshDatabase {
  readonly brandId: number;
  readonly categoryId: number;
  row(goodsId: number, more?: Partial<GoodsRow>): GoodsRow;
  /** Keeps goods of these ids, as they come from `row`. */
  keep(...goodsIds: readonly number[]): Promise<void>;
}

export async function catalogueRoom(): Promise<CatalogueRoom> {
  const fresh = await freshDatabase();
  const { database } = fresh;
  const { brandId } = (await addBrand(database, { name: 'Acme', logo: null })).row;
  const { categoryId } = (await addCategory(database, { name: 'Audio', parentId: null })).row;
  await linkBrand(database, categoryId, brandId);
  const row = (goodsId: number, more: Partial<GoodsRow> = {}): GoodsRow => ({
    goodsId,
    goodsSn: `SN-${goodsId}`,
    name: `Goods ${goodsId}`,
    brandId,
    categoryId,
    shopPrice: 100 * goodsId,
    currency: 'EUR',
    status: 'on-sale',
    ...more,
  });
  return {
    ...fresh,
    brandId,
    categoryId,
    row,
    keep: async (...goodsIds) => {
      const rows = goodsIds.map((goodsId) => row(goodsId));
      for (let from = 0; from < rows.length; from += 1000) {
        await keepGoods(database, rows.slice(from, from + 1000), { raisesEpoch: false });
      }
    },
  };
}
