export type { Banner, BannerDraft } from './banner.ts';
export {
  addBanner,
  type BannerPlace,
  changeBanner,
  listBanners,
  readBanner,
  removeBanner,
} from './banners-store.ts';
export type { Brand, BrandDraft } from './brand.ts';
export { linkBrand, unlinkBrand } from './brand-categories-store.ts';
export { addBrand, changeBrand, listBrands, readBrand, removeBrand } from './brands-store.ts';
export {
  addCategory,
  changeCategory,
  listCategories,
  readCategory,
  removeCategory,
} from './categories-store.ts';
export { type Category, type CategoryDraft, LEVEL_MAX } from './category.ts';
export { type Goods, type GoodsDraft, type GoodsStatus } from './goods.ts';
export type { GoodsCache } from './goods-cache.ts';
export { cachedGoods } from './goods-cache-store.ts';
export { judgeGoods, keepGoods } from './goods-import-store.ts';
export { addGoods, changeGoods, readGoods, removeGoods } from './goods-store.ts';
export type { GoodsRow } from './goods-verdicts.ts';
export { goodsAfter, listGoods } from './goods-view-store.ts';
export type { Saved } from './saved.ts';
