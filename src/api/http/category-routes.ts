import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import {
  addCategory,
  type Category,
  type CategoryDraft,
  changeCategory,
  LEVEL_MAX,
  linkBrand,
  listCategories,
  readCategory,
  removeCategory,
  unlinkBrand,
} from '../../catalogue/index.ts';
import { AppError } from '../../kernel/index.ts';
import { brandIdField, categoryIdField, limitField, strictly } from '../../shapes/index.ts';
import { refusals } from './answer-shapes.ts';
import {
  categoryFields,
  categoryPageShape,
  categoryShape,
  linkedShape,
  removedShape,
} from './catalogue-shapes.ts';
import { READERS } from './guard.ts';
import type { HttpParts } from './http-parts.ts';
import { emptyBody } from './hold-routes.ts';
import { CATALOGUE_TAGS, rowRoutes } from './row-routes.ts';
import { seenBy } from './seen-catalogue.ts';

const PAGE = 1000;
const EXAMPLE = { name: 'Audio', parentId: null } as const;
const listQuery = strictly(
  Type.Object({
    under: Type.Optional(categoryIdField),
    level: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: LEVEL_MAX,
        description: `a whole number from 1 to ${LEVEL_MAX}: down to this level`,
      }),
    ),
    limit: Type.Optional(limitField),
    after: Type.Optional(
      Type.String({
        pattern: '^(?:[1-9]\\d{0,18}\\.){1,8}$',
        description: 'what the page before named as next',
      }),
    ),
  }),
);
const pair = strictly(Type.Object({ categoryId: categoryIdField, brandId: brandIdField }));

export function categoryRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { database, reads } = parts;
  listRoute(app, parts);
  pairRoutes(app, parts);
  rowRoutes<CategoryDraft, Category>(app, {
    noun: 'Category',
    path: '/v1/categories',
    idName: 'categoryId',
    idField: categoryIdField,
    fields: categoryFields,
    example: EXAMPLE,
    newExample: EXAMPLE,
    shape: categoryShape,
    readShape: categoryShape,
    draftOf: (body) => {
      const { name, parentId } = body as unknown as CategoryDraft;
      return { name, parentId };
    },
    shown: (row) => row,
    read: async (categoryId, request) => {
      const read = await seenBy(request, reads, async (sql) => {
        const category = await readCategory(sql, categoryId);
        if (category) return category;
        throw new AppError('unknown-category', `there is no category ${categoryId}`);
      });
      return read.value;
    },
    add: (draft) => addCategory(database, draft),
    change: (categoryId, draft, expected) => changeCategory(database, categoryId, draft, expected),
    remove: (categoryId, expected) => removeCategory(database, categoryId, expected),
  });
}

function listRoute(app: FastifyInstance, { reads }: HttpParts): void {
  app.get<{ Querystring: Static<typeof listQuery> }>(
    '/v1/categories',
    {
      config: { open: READERS },
      schema: {
        tags: CATALOGUE_TAGS,
        operationId: 'listCategories',
        summary: 'The tree of categories, or what is under one of them',
        querystring: listQuery,
        response: { 200: categoryPageShape, ...refusals(404) },
      },
    },
    async (request) => {
      const filter = { limit: PAGE, ...request.query };
      return (await seenBy(request, reads, (sql) => listCategories(sql, filter))).value;
    },
  );
}

function pairRoutes(app: FastifyInstance, { database }: HttpParts): void {
  app.put<{ Params: Static<typeof pair> }>(
    '/v1/categories/:categoryId/brands/:brandId',
    {
      config: { open: ['operator'] },
      schema: {
        tags: CATALOGUE_TAGS,
        operationId: 'linkBrand',
        summary: 'Let goods of this brand stand in this category',
        params: pair,
        body: emptyBody,
        response: { 200: linkedShape, ...refusals(409, 413, 414, 415) },
      },
    },
    async ({ params: { categoryId, brandId } }) => {
      await linkBrand(database, categoryId, brandId);
      return { categoryId, brandId };
    },
  );
  app.delete<{ Params: Static<typeof pair> }>(
    '/v1/categories/:categoryId/brands/:brandId',
    {
      config: { open: ['operator'] },
      schema: {
        tags: CATALOGUE_TAGS,
        operationId: 'unlinkBrand',
        summary: 'Take a brand out of a category; refused while goods are of both',
        params: pair,
        response: { 200: removedShape, ...refusals(409, 414) },
      },
    },
    async ({ params: { categoryId, brandId } }) => {
      await unlinkBrand(database, categoryId, brandId);
      return { removed: true };
    },
  );
}
