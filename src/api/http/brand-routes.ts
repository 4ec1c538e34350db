import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import {
  addBrand,
  type Brand,
  type BrandDraft,
  changeBrand,
  listBrands,
  readBrand,
  removeBrand,
} from '../../catalogue/index.ts';
import { AppError } from '../../kernel/index.ts';
import {
  beforeField,
  brandIdField,
  categoryIdField,
  limitField,
  searchField,
  strictly,
} from '../../shapes/index.ts';
import { refusals } from './answer-shapes.ts';
import { brandFields, brandPageShape, brandShape } from './catalogue-shapes.ts';
import { READERS } from './guard.ts';
import type { HttpParts } from './http-parts.ts';
import { CATALOGUE_TAGS, rowRoutes } from './row-routes.ts';
import { seenBy } from './seen-catalogue.ts';

const PAGE = 100;
const EXAMPLE = { name: 'Acme', logo: '/logos/acme.webp' } as const;
const listQuery = strictly(
  Type.Object({
    q: Type.Optional(searchField),
    categoryId: Type.Optional(categoryIdField),
    limit: Type.Optional(limitField),
    before: Type.Optional(beforeField),
  }),
);

export function brandRoutes(app: FastifyInstance, { database, reads }: HttpParts): void {
  app.get<{ Querystring: Static<typeof listQuery> }>(
    '/v1/brands',
    {
      config: { open: READERS },
      schema: {
        tags: CATALOGUE_TAGS,
        operationId: 'listBrands',
        summary: 'Brands by any part of their name, or of a category; newest first',
        querystring: listQuery,
        response: { 200: brandPageShape, ...refusals() },
      },
    },
    async (request) => {
      const filter = { limit: PAGE, ...request.query };
      return (await seenBy(request, reads, (sql) => listBrands(sql, filter))).value;
    },
  );
  rowRoutes<BrandDraft, Brand>(app, {
    noun: 'Brand',
    path: '/v1/brands',
    idName: 'brandId',
    idField: brandIdField,
    fields: brandFields,
    example: EXAMPLE,
    newExample: EXAMPLE,
    shape: brandShape,
    readShape: brandShape,
    draftOf: (body) => {
      const { name, logo = null } = body as { name: string; logo?: string | null };
      return { name, logo };
    },
    shown: (row) => row,
    read: async (brandId, request) => {
      const read = await seenBy(request, reads, async (sql) => {
        const brand = await readBrand(sql, brandId);
        if (brand) return brand;
        throw new AppError('unknown-brand', `there is no brand ${brandId}`);
      });
      return read.value;
    },
    add: (draft) => addBrand(database, draft),
    change: (brandId, draft, expected) => changeBrand(database, brandId, draft, expected),
    remove: (brandId, expected) => removeBrand(database, brandId, expected),
  });
}
