import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { AppError, randomName } from '../../kernel/index.ts';
import { holdsOfGoods } from '../../orders/index.ts';
import type { SagaEvent, StockOutcome } from '../../saga/index.ts';
import {
  availableField,
  beforeField,
  deltaField,
  goodsIdField,
  idempotencyKeyField,
  limitField,
  reasonField,
  strictly,
  versionField,
} from '../../shapes/index.ts';
import { listMovements, readStockView, stockView } from '../../stock/index.ts';
import { holdPageShape, movementPageShape, refusals, stockShape } from './answer-shapes.ts';
import { READERS } from './guard.ts';
import { type HttpParts, VIA } from './http-parts.ts';
import { problem, sendProblem } from './problems.ts';

const goodsParams = strictly(Type.Object({ goodsId: goodsIdField }));
const pageQuery = strictly(
  Type.Object({ limit: Type.Optional(limitField), before: Type.Optional(beforeField) }),
);
const setBody = strictly(
  Type.Object(
    {
      available: Type.Optional(availableField),
      onHand: Type.Optional({
        ...availableField,
        description: 'a whole number from 0 to 1000000000000: counted, units on hold among them',
      }),
      expectedVersion: Type.Optional(versionField),
      reason: Type.Optional(reasonField),
    },
    {
      description: 'what is for sale { available, .. }, or what was counted { onHand, .. }',
      examples: [{ available: 400, expectedVersion: 3 }],
    },
  ),
);
const adjustBody = strictly(
  Type.Object(
    { delta: deltaField, reason: reasonField, idempotencyKey: idempotencyKeyField },
    {
      description: 'a change { delta, reason, idempotencyKey }',
      examples: [{ delta: 50, reason: 'delivery 4711', idempotencyKey: 'delivery-4711-7' }],
    },
  ),
);

type GoodsParams = { goodsId: number };
type PageQuery = Static<typeof pageQuery>;

const PAGE = 100;
const tags = ['stock'];

export function stockRoutes(app: FastifyInstance, parts: HttpParts): void {
  readRoutes(app, parts);
  setRoute(app, parts);
  adjustRoute(app, parts);
}

function readRoutes(app: FastifyInstance, { database }: HttpParts): void {
  app.get<{ Params: GoodsParams }>(
    '/v1/stock/:goodsId',
    {
      config: { open: READERS },
      schema: {
        tags,
        operationId: 'readStock',
        summary: 'How many units there are, and where',
        params: goodsParams,
        response: { 200: stockShape, ...refusals(404, 414) },
      },
    },
    async ({ params }) => {
      const stock = await readStockView(database, params.goodsId);
      if (stock) return stock;
      throw new AppError('unknown-goods-id', `goods ${params.goodsId} never had stock`);
    },
  );
  app.get<{ Params: GoodsParams; Querystring: PageQuery }>(
    '/v1/stock/:goodsId/movements',
    {
      config: { open: ['viewer'] },
      schema: {
        tags,
        operationId: 'listMovements',
        summary: 'The ledger of a goods id, newest first',
        params: goodsParams,
        querystring: pageQuery,
        response: { 200: movementPageShape, ...refusals(414) },
      },
    },
    async ({ params, query }) =>
      await listMovements(database, params.goodsId, { limit: PAGE, ...query }),
  );
  app.get<{ Params: GoodsParams; Querystring: PageQuery }>(
    '/v1/stock/:goodsId/holds',
    {
      config: { open: ['viewer'] },
      schema: {
        tags,
        operationId: 'listHolds',
        summary: 'Who holds units of a goods id, and until when; newest first',
        params: goodsParams,
        querystring: pageQuery,
        response: { 200: holdPageShape, ...refusals(414) },
      },
    },
    async ({ params, query }) =>
      await holdsOfGoods(database, params.goodsId, { limit: PAGE, ...query }),
  );
}

function setRoute(app: FastifyInstance, parts: HttpParts): void {
  app.put<{ Params: GoodsParams; Body: Static<typeof setBody> }>(
    '/v1/stock/:goodsId',
    {
      config: { open: ['operator'] },
      schema: {
        tags,
        operationId: 'setStock',
        summary: 'Set how many are for sale, or how many were counted',
        description:
          'Counted are units for sale and units on hold. Fewer than orders hold are refused, ' +
          'with the orders that hold them, newest first.',
        params: goodsParams,
        body: setBody,
        response: { 200: stockShape, ...refusals(409, 413, 414, 415) },
      },
    },
    async ({ params, body }, reply) => {
      const outcome = await change(parts, settingOf(params.goodsId, body));
      if (outcome.code !== 'stock-below-held') return await answerStock(reply, outcome);
      const { holds } = await holdsOfGoods(parts.database, params.goodsId, { limit: PAGE });
      return await answerStock(reply, outcome, { orders: holds });
    },
  );
}

function settingOf(goodsId: number, body: Static<typeof setBody>): SagaEvent {
  const { available, onHand, expectedVersion, reason = 'set over HTTP' } = body;
  const about = {
    goodsId,
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
    reason,
    idempotencyKey: `http-${randomName(16)}`,
    via: VIA,
  };
  if (available !== undefined && onHand === undefined) {
    return { kind: 'stock-set', ...about, available };
  }
  if (available === undefined && onHand !== undefined) {
    return { kind: 'stock-count', ...about, onHand };
  }
  throw new AppError('invalid-input', 'available or onHand is wanted, and not both');
}

function adjustRoute(app: FastifyInstance, parts: HttpParts): void {
  app.post<{ Params: GoodsParams; Body: Static<typeof adjustBody> }>(
    '/v1/stock/:goodsId/adjustments',
    {
      config: { open: ['operator'] },
      schema: {
        tags,
        operationId: 'adjustStock',
        summary: 'Units arrive, or are found missing; once for each key',
        params: goodsParams,
        body: adjustBody,
        response: { 200: stockShape, ...refusals(409, 413, 414, 415, 422) },
      },
    },
    async ({ params, body }, reply) => {
      const about = { kind: 'stock-adjust', goodsId: params.goodsId, via: VIA } as const;
      return await answerStock(reply, await change(parts, { ...about, ...body }));
    },
  );
}

async function change({ saga }: HttpParts, event: SagaEvent): Promise<StockOutcome> {
  return (await saga.advance(event)) as StockOutcome;
}

/** How the stock is afterwards, or why it stayed as it was. */
export async function answerStock(
  reply: Parameters<typeof sendProblem>[0],
  { change: changed, code, message, goodsId, balance }: StockOutcome,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  if (changed !== 'refused') return await reply.send(stockView(balance));
  const { available, held, version } = balance;
  const detail = message ?? 'refused as things are';
  const status = code === 'idempotency-conflict' ? 422 : 409;
  const facts = { goodsId, available, held, version, ...more };
  await sendProblem(reply, problem(status, code ?? 'refused', detail, facts));
}
