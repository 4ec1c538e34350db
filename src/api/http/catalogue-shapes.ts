import { type TSchema, Type } from 'typebox';
import {
  amountField,
  brandIdField,
  categoryIdField,
  currencyField,
  goodsIdField,
  goodsSnField,
  goodsStatusField,
  linkField,
  momentField,
  nameField,
  nullable,
  pictureField,
  sortField,
} from '../../shapes/index.ts';

/** What the catalogue takes and answers; beside each body, one that is taken. */
export const goodsFields = {
  name: nameField,
  goodsSn: goodsSnField,
  brandId: brandIdField,
  categoryId: categoryIdField,
  shopPrice: amountField,
  currency: currencyField,
  status: goodsStatusField,
};

export const GOODS_EXAMPLE = {
  name: 'Headphones 蓝牙耳机',
  goodsSn: 'HP-7',
  brandId: 1,
  categoryId: 1,
  shopPrice: 4900,
  currency: 'EUR',
  status: 'on-sale',
} as const;

export const brandFields = {
  name: nameField,
  logo: Type.Optional(nullable(pictureField)),
};

export const categoryFields = {
  name: nameField,
  parentId: nullable(categoryIdField),
};

export const bannerFields = {
  image: pictureField,
  sort: sortField,
  goodsId: Type.Optional(nullable(goodsIdField)),
  url: Type.Optional(nullable(linkField)),
  startsAt: Type.Optional(nullable(momentField)),
  endsAt: Type.Optional(nullable(momentField)),
};

const version = Type.Integer({ description: 'rises with each change' });
const orNull = (schema: TSchema) => Type.Union([schema, Type.Null()]);
const ageMs = Type.Integer({ description: 'how long ago this was read, in milliseconds' });
const next = orNull(
  Type.Integer({ description: 'send it as before to get the next page; null after the last' }),
);
const nextText = orNull(
  Type.String({ description: 'send it as after to get the next page; null after the last' }),
);

const goodsRow = {
  goodsId: Type.Integer(),
  name: Type.String(),
  goodsSn: Type.String(),
  brandId: Type.Integer(),
  categoryId: Type.Integer(),
  shopPrice: Type.Integer({ description: 'in minor units, such as cents' }),
  currency: Type.String(),
  status: goodsStatusField,
  version,
};

const seenGoods = {
  ...goodsRow,
  ageMs,
  stock: orNull(
    Type.Object(
      {
        available: Type.Integer(),
        held: Type.Integer(),
        sold: Type.Integer(),
        received: Type.Integer(),
        safety: Type.Optional(Type.Integer()),
        forSale: Type.Optional(Type.Integer()),
        ageMs,
      },
      { description: 'as it was so long ago; what decides is GET /v1/stock' },
    ),
  ),
};

export const goodsRowShape = Type.Object(goodsRow, { description: 'the goods as they are kept' });
export const seenGoodsShape = Type.Object(seenGoods, { description: 'the goods, and their stock' });
export const goodsPageShape = Type.Object(
  { goods: Type.Array(Type.Object(seenGoods)), next },
  { description: 'a page of goods' },
);

const brandRow = {
  brandId: Type.Integer(),
  name: Type.String(),
  logo: orNull(Type.String()),
  version,
};
export const brandShape = Type.Object(brandRow, { description: 'the brand' });
export const brandPageShape = Type.Object(
  { brands: Type.Array(Type.Object(brandRow)), next },
  { description: 'a page of brands' },
);

const categoryRow = {
  categoryId: Type.Integer(),
  name: Type.String(),
  parentId: orNull(Type.Integer()),
  level: Type.Integer({ description: '1 at the top' }),
  path: Type.String({ description: 'the way from the top, such as 1.5.17.' }),
  version,
};
export const categoryShape = Type.Object(categoryRow, { description: 'the category' });
export const categoryPageShape = Type.Object(
  { categories: Type.Array(Type.Object(categoryRow)), next: nextText },
  { description: 'a page of the tree, each before what is below it' },
);

const bannerRow = {
  bannerId: Type.Integer(),
  image: Type.String(),
  sort: Type.Integer(),
  goodsId: orNull(Type.Integer()),
  url: orNull(Type.String()),
  startsAt: orNull(Type.String()),
  endsAt: orNull(Type.String()),
  version,
};
export const bannerShape = Type.Object(bannerRow, { description: 'the banner' });
export const bannerPageShape = Type.Object(
  { banners: Type.Array(Type.Object(bannerRow)), next: nextText },
  { description: 'a page of banners, in the order in which they are shown' },
);

export const removedShape = Type.Object(
  { removed: Type.Boolean() },
  { description: 'it is not there any more' },
);

export const linkedShape = Type.Object(
  { categoryId: Type.Integer(), brandId: Type.Integer() },
  { description: 'the category has this brand' },
);
