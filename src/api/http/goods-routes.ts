import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import {
  addGoods,
  changeGoods,
  type Goods,
  type GoodsDraft,
  listGoods,
  removeGoods,
} from '../../catalogue/index.ts';
import { AppError } from '../../kernel/index.ts';
import {
  beforeField,
  brandIdField,
  categoryIdField,
  goodsIdField,
  goodsStatusField,
  limitField,
  searchField,
  strictly,
} from '../../shapes/index.ts';
import { refusals } from './answer-shapes.ts';
import {
  GOODS_EXAMPLE,
  goodsFields,
  goodsPageShape,
  goodsRowShape,
  seenGoodsShape,
} from './catalogue-shapes.ts';
import { READERS } from './guard.ts';
import type { HttpParts } from './http-parts.ts';
import { type Body, CATALOGUE_TAGS, rowRoutes } from './row-routes.ts';
import { seenBy } from './seen-catalogue.ts';
import { seenStock } from './seen-stock.ts';

const PAGE = 100;
const listQuery = strictly(
  Type.Object({
    ids: Type.Optional(
      Type.String({
        pattern: '^[1-9]\\d{0,14}(?:,[1-9]\\d{0,14}){0,99}$',
        description: '1 to 100 goods ids with commas between; takes no other filter',
      }),
    ),
    q: Type.Optional(searchField),
    brandId: Type.Optional(brandIdField),
    categoryId: Type.Optional(categoryIdField),
    status: Type.Optional(goodsStatusField),
    limit: Type.Optional(limitField),
    before: Type.Optional(beforeField),
  }),
);

export function goodsRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { database, goods } = parts;
  listRoute(app, parts);
  rowRoutes<GoodsDraft, Goods>(app, {
    noun: 'Goods',
    path: '/v1/goods',
    idName: 'goodsId',
    idField: goodsIdField,
    fields: goodsFields,
    newFields: { goodsId: goodsIdField },
    example: GOODS_EXAMPLE,
    newExample: { goodsId: 7, ...GOODS_EXAMPLE },
    shape: goodsRowShape,
    readShape: seenGoodsShape,
    draftOf,
    shown: (row) => row,
    read: async (goodsId) => {
      const [one] = await seenGoods(parts, [goodsId]);
      if (one) return one;
      throw new AppError('not-in-catalogue', `goods ${goodsId} are not in the catalogue`);
    },
    add: async (draft, body) => {
      const { goodsId } = body as { goodsId: number };
      return await goods.changing([goodsId], (raisesEpoch) =>
        addGoods(database, goodsId, draft, { raisesEpoch }),
      );
    },
    change: (goodsId, draft, expectedVersion) =>
      goods.changing([goodsId], (raisesEpoch) =>
        changeGoods(database, goodsId, draft, { raisesEpoch, ...given({ expectedVersion }) }),
      ),
    remove: (goodsId, expectedVersion) =>
      goods.changing([goodsId], (raisesEpoch) =>
        removeGoods(database, goodsId, { raisesEpoch, ...given({ expectedVersion }) }),
      ),
  });
}

function listRoute(app: FastifyInstance, parts: HttpParts): void {
  app.get<{ Querystring: Static<typeof listQuery> }>(
    '/v1/goods',
    {
      config: { open: READERS },
      schema: {
        tags: CATALOGUE_TAGS,
        operationId: 'listGoods',
        summary: 'Search goods by name, brand, category; or read many at once',
        querystring: listQuery,
        response: { 200: goodsPageShape, ...refusals(404) },
      },
    },
    async (request) => {
      const { ids, ...filter } = request.query;
      if (ids === undefined) {
        const asked = { limit: PAGE, ...filter };
        const read = await seenBy(request, parts.reads, (sql) => listGoods(sql, asked));
        const { goods, next } = read.value;
        const seen = goods.map((row) => ({ goods: row, ageMs: read.ageMs }));
        return { goods: await withStock(parts, seen), next };
      }
      if (Object.keys(filter).length > 0) {
        throw new AppError('invalid-input', 'ids take no other filter beside them');
      }
      return { goods: await seenGoods(parts, ids.split(',').map(Number)), next: null };
    },
  );
}

/** Those that are there, in the order asked. */
async function seenGoods(parts: HttpParts, goodsIds: readonly number[]): Promise<object[]> {
  const seen = await parts.goods.read(goodsIds);
  const those = [...new Set(goodsIds)].flatMap((goodsId) => seen.get(goodsId) ?? []);
  return await withStock(parts, those);
}

async function withStock(
  { cache, database }: HttpParts,
  seen: readonly { readonly goods: Goods; readonly ageMs: number }[],
): Promise<object[]> {
  if (seen.length === 0) return [];
  const ids = seen.map(({ goods }) => goods.goodsId);
  const stock = await seenStock(cache, database, ids);
  return seen.map(({ goods, ageMs }) => ({
    ...goods,
    ageMs,
    stock: stock.get(goods.goodsId) ?? null,
  }));
}

function draftOf(body: Body): GoodsDraft {
  const { name, goodsSn, brandId, categoryId, shopPrice, currency, status } =
    body as unknown as GoodsDraft;
  return { name, goodsSn, brandId, categoryId, shopPrice, currency, status };
}

function given({ expectedVersion }: { expectedVersion: number | undefined }): {
  expectedVersion?: number;
} {
  return expectedVersion === undefined ? {} : { expectedVersion };
}
