import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { AppError } from '../../kernel/index.ts';
import type { StockOutcome } from '../../saga/index.ts';
import {
  actorField,
  availableField,
  goodsIdField,
  limitField,
  reasonField,
  strictly,
} from '../../shapes/index.ts';
import { listKeepings } from '../../stock/index.ts';
import { keepingPageShape, refusals, stockShape } from './answer-shapes.ts';
import { type HttpParts, VIA } from './http-parts.ts';
import { answerStock } from './stock-routes.ts';

const thresholdsBody = strictly(
  Type.Object(
    { lowAt: availableField, backAt: availableField },
    { description: 'two lines { lowAt, backAt }, the second above the first' },
  ),
);
const keepingBody = strictly(
  Type.Object(
    {
      safety: Type.Optional(availableField),
      thresholds: Type.Optional(
        Type.Union([thresholdsBody, Type.Null()], {
          description: 'two lines { lowAt, backAt }, or null for none',
        }),
      ),
      reason: reasonField,
      actor: Type.Optional(actorField),
    },
    {
      description: 'what changes { safety?, thresholds?, reason, actor? }',
      examples: [{ safety: 5, thresholds: { lowAt: 10, backAt: 40 }, reason: 'before the sale' }],
    },
  ),
);
const goodsParams = strictly(Type.Object({ goodsId: goodsIdField }));
const limitQuery = strictly(Type.Object({ limit: Type.Optional(limitField) }));

const PAGE = 100;
const tags = ['stock'];
type GoodsParams = { goodsId: number };

/** How the stock of goods is kept, and who has said so. */
export function keepingRoutes(app: FastifyInstance, { saga, database }: HttpParts): void {
  app.put<{ Params: GoodsParams; Body: Static<typeof keepingBody> }>(
    '/v1/stock/:goodsId/keeping',
    {
      config: { open: ['operator'] },
      schema: {
        tags,
        operationId: 'keepStock',
        summary: 'Set the safety stock of a goods id, and when others are told of it',
        description: 'What is left out stays as it is. Who changed it and why is kept.',
        params: goodsParams,
        body: keepingBody,
        response: { 200: stockShape, ...refusals(409, 413, 414, 415) },
      },
    },
    async ({ params, body, role }, reply) => {
      const { safety, thresholds, reason, actor = role ?? 'unknown' } = body;
      if (safety === undefined && thresholds === undefined) {
        throw new AppError('invalid-input', 'safety or thresholds is wanted, or both');
      }
      const outcome = await saga.advance({
        kind: 'stock-keep',
        ...params,
        ...(safety === undefined ? {} : { safety }),
        ...(thresholds === undefined ? {} : { thresholds }),
        reason,
        actor,
        via: VIA,
      });
      return await answerStock(reply, outcome as StockOutcome);
    },
  );
  app.get<{ Params: GoodsParams; Querystring: Static<typeof limitQuery> }>(
    '/v1/stock/:goodsId/keeping',
    {
      config: { open: ['viewer'] },
      schema: {
        tags,
        operationId: 'listKeepings',
        summary: 'Each change of how the stock of a goods id is kept, newest first',
        params: goodsParams,
        querystring: limitQuery,
        response: { 200: keepingPageShape, ...refusals(414) },
      },
    },
    async ({ params, query: { limit = PAGE } }) => ({
      keepings: await listKeepings(database, params.goodsId, limit),
    }),
  );
}
