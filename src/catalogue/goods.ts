/** What is off sale is known, and shown to nobody who buys. */
export type GoodsStatus = 'on-sale' | 'off-sale';

/** What people look at before they buy; its stock stands under the same id. */
export interface GoodsDraft {
  readonly name: string;
  /** The number that the shop's own people know it by; no two goods have the same. */
  readonly goodsSn: string;
  readonly brandId: number;
  readonly categoryId: number;
  /** In minor units, such as cents. */
  readonly shopPrice: number;
  readonly currency: string;
  readonly status: GoodsStatus;
}

export interface Goods extends GoodsDraft {
  readonly goodsId: number;
  readonly version: number;
}

const FIELDS = [
  'name',
  'goodsSn',
  'brandId',
  'categoryId',
  'shopPrice',
  'currency',
  'status',
] as const satisfies readonly (keyof GoodsDraft)[];

export function isSameGoods(one: GoodsDraft, other: GoodsDraft): boolean {
  return FIELDS.every((field) => one[field] === other[field]);
}
