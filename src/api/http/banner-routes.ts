import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import {
  addBanner,
  type Banner,
  type BannerDraft,
  type BannerPlace,
  changeBanner,
  listBanners,
  readBanner,
  removeBanner,
} from '../../catalogue/index.ts';
import { AppError, databaseTimeOf, isoOf, millisOfIso } from '../../kernel/index.ts';
import { bannerIdField, limitField, strictly } from '../../shapes/index.ts';
import { refusals } from './answer-shapes.ts';
import { bannerFields, bannerPageShape, bannerShape } from './catalogue-shapes.ts';
import { READERS } from './guard.ts';
import type { HttpParts } from './http-parts.ts';
import { type Body, CATALOGUE_TAGS, rowRoutes } from './row-routes.ts';
import { seenBy } from './seen-catalogue.ts';

const PAGE = 100;
const EXAMPLE = { image: '/banners/sale.webp', sort: 1, url: 'https://shop.example/sale' } as const;
const listQuery = strictly(
  Type.Object({
    shown: Type.Optional(
      Type.Unsafe<'now'>({
        type: 'string',
        enum: ['now'],
        description: 'now: only those whose period it is',
      }),
    ),
    limit: Type.Optional(limitField),
    after: Type.Optional(
      Type.String({
        pattern: '^(?:0|[1-9]\\d{0,6})\\.[1-9]\\d{0,14}$',
        description: 'what the page before named as next',
      }),
    ),
  }),
);

export function bannerRoutes(app: FastifyInstance, { database, reads }: HttpParts): void {
  app.get<{ Querystring: Static<typeof listQuery> }>(
    '/v1/banners',
    {
      config: { open: READERS },
      schema: {
        tags: CATALOGUE_TAGS,
        operationId: 'listBanners',
        summary: 'Banners in their order, all or those that are shown now',
        querystring: listQuery,
        response: { 200: bannerPageShape, ...refusals() },
      },
    },
    async (request) => {
      const { shown, limit = PAGE, after } = request.query;
      const filter = {
        isShown: shown === 'now',
        limit,
        ...(after === undefined ? {} : { after: placeIn(after) }),
      };
      const read = await seenBy(request, reads, (sql) => listBanners(sql, filter));
      const { banners, next } = read.value;
      return {
        banners: banners.map(shownBanner),
        next: next && `${next.sort}.${next.bannerId}`,
      };
    },
  );
  rowRoutes<BannerDraft, Banner>(app, {
    noun: 'Banner',
    path: '/v1/banners',
    idName: 'bannerId',
    idField: bannerIdField,
    fields: bannerFields,
    example: EXAMPLE,
    newExample: EXAMPLE,
    shape: bannerShape,
    readShape: bannerShape,
    draftOf,
    shown: shownBanner,
    read: async (bannerId, request) => {
      const read = await seenBy(request, reads, async (sql) => {
        const banner = await readBanner(sql, bannerId);
        if (banner) return shownBanner(banner);
        throw new AppError('unknown-banner', `there is no banner ${bannerId}`);
      });
      return read.value;
    },
    add: (draft) => addBanner(database, draft),
    change: (bannerId, draft, expected) => changeBanner(database, bannerId, draft, expected),
    remove: (bannerId, expected) => removeBanner(database, bannerId, expected),
  });
}

interface BannerBody {
  readonly image: string;
  readonly sort: number;
  readonly goodsId?: number | null;
  readonly url?: string | null;
  readonly startsAt?: string | null;
  readonly endsAt?: string | null;
}

/** Whether it leads to one of both is checked where it is kept. */
function draftOf(body: Body): BannerDraft {
  const { image, sort, goodsId, url, startsAt, endsAt } = body as unknown as BannerBody;
  return {
    image,
    sort,
    goodsId: goodsId ?? null,
    url: url ?? null,
    startsAtMs: momentIn(startsAt, 'startsAt'),
    endsAtMs: momentIn(endsAt, 'endsAt'),
  } as BannerDraft;
}

function momentIn(text: string | null | undefined, field: string): number | null {
  return text === null || text === undefined ? null : millisOfIso(text, field);
}

function shownBanner({ startsAtMs, endsAtMs, ...banner }: Banner): object {
  return { ...banner, startsAt: isoIn(startsAtMs), endsAt: isoIn(endsAtMs) };
}

function isoIn(ms: number | null): string | null {
  return ms === null ? null : isoOf(databaseTimeOf(ms));
}

function placeIn(text: string): BannerPlace {
  const [sort = 0, bannerId = 0] = text.split('.').map(Number);
  return { sort, bannerId };
}
