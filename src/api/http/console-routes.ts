import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { listActs } from '../../acts/index.ts';
import { listNotices } from '../../notices/index.ts';
import { readOrderState } from '../../orders/index.ts';
import { orderOfPayment } from '../../payments/index.ts';
import {
  beforeField,
  limitField,
  orderIdField,
  strictly,
  subjectField,
} from '../../shapes/index.ts';
import { listStock, movementsOfOrder, readStockView } from '../../stock/index.ts';
import { actPageShape, refusals, stockPageShape } from './answer-shapes.ts';
import type { HttpParts } from './http-parts.ts';
import { orderParams } from './order-routes.ts';

const tags = ['console'];
const PAGE = 100;
const ORDER_NOTICES = 50;

const paged = { limit: Type.Optional(limitField), before: Type.Optional(beforeField) };
const pageQuery = strictly(Type.Object(paged));
const sinceQuery = strictly(
  Type.Object({
    since: Type.Optional(
      Type.Integer({ minimum: 0, description: 'a second since 1970, to begin the plots at' }),
    ),
  }),
);
const findQuery = strictly(Type.Object({ q: orderIdField }));
const actQuery = strictly(Type.Object({ subject: Type.Optional(subjectField), ...paged }));

const anything = (description: string) =>
  Type.Object({}, { additionalProperties: true, description });

/** What the console asks that no other route answers; to look costs the same for one or ten. */
export function consoleRoutes(app: FastifyInstance, parts: HttpParts): void {
  overviewRoutes(app, parts);
  lookUpRoutes(app, parts);
  listRoutes(app, parts);
}

function overviewRoutes(app: FastifyInstance, { ops }: HttpParts): void {
  const config = { open: ['viewer'] } as const;
  app.get<{ Querystring: { since?: number } }>(
    '/v1/console/now',
    {
      config,
      schema: {
        tags,
        operationId: 'readNow',
        summary: 'How things stand, and what all processes did in the last five minutes',
        querystring: sinceQuery,
        response: { 200: anything('health, queues, holds, plots'), ...refusals() },
      },
    },
    async ({ query, role }) => ({ role, ...(await ops.overview.now(query.since ?? 0)) }),
  );
  app.get(
    '/v1/console/stock',
    {
      config,
      schema: {
        tags,
        operationId: 'readStockOverview',
        summary: 'The sums of all stock, the goods with the fewest units and those most held',
        response: { 200: anything('sums, fewest, mostHeld'), ...refusals() },
      },
    },
    async () => await ops.overview.stock(),
  );
  app.get(
    '/v1/console/owed',
    {
      config,
      schema: {
        tags,
        operationId: 'readOwed',
        summary: 'What nobody moved and what is owed, the oldest hundred of each',
        response: { 200: anything('stuck, refunds, letters, counts'), ...refusals() },
      },
    },
    async () => await ops.overview.owed(),
  );
}

function lookUpRoutes(app: FastifyInstance, { database }: HttpParts): void {
  const config = { open: ['viewer'] } as const;
  app.get<{ Querystring: { q: string } }>(
    '/v1/console/find',
    {
      config,
      schema: {
        tags,
        operationId: 'findAnything',
        summary: 'The order, the payment and the goods that have exactly this id',
        querystring: findQuery,
        response: { 200: anything('order, payment and goods; null for none'), ...refusals() },
      },
    },
    async ({ query: { q } }) => {
      const goodsId = /^[1-9]\d{0,14}$/.test(q) ? Number(q) : null;
      const [state, paidOrder, goods] = await Promise.all([
        readOrderState(database, q),
        orderOfPayment(database, q),
        goodsId === null ? null : readStockView(database, goodsId),
      ]);
      return {
        order: state === null ? null : { orderId: q, state },
        payment: paidOrder === null ? null : { paymentId: q, orderId: paidOrder },
        goods,
      };
    },
  );
  app.get<{ Params: { orderId: string } }>(
    '/v1/console/orders/:orderId',
    {
      config,
      schema: {
        tags,
        operationId: 'readOrderTraces',
        summary: 'What an order did to the stock, what was told of it, and what people did to it',
        params: orderParams,
        response: { 200: anything('movements, notices, acts'), ...refusals(414) },
      },
    },
    async ({ params: { orderId } }) => {
      const subject = `order:${orderId}`;
      const [movements, { notices }, { acts }] = await Promise.all([
        movementsOfOrder(database, orderId),
        listNotices(database, { subject, limit: ORDER_NOTICES }),
        listActs(database, { subject, limit: PAGE }),
      ]);
      return { movements, notices, acts };
    },
  );
}

function listRoutes(app: FastifyInstance, { database }: HttpParts): void {
  const config = { open: ['viewer'] } as const;
  app.get<{ Querystring: Static<typeof pageQuery> }>(
    '/v1/stock',
    {
      config,
      schema: {
        tags: ['stock'],
        operationId: 'listStock',
        summary: 'All goods with their balances, the highest id first',
        querystring: pageQuery,
        response: { 200: stockPageShape, ...refusals() },
      },
    },
    async ({ query }) => await listStock(database, { limit: PAGE, ...query }),
  );
  app.get<{ Querystring: Static<typeof actQuery> }>(
    '/v1/console/acts',
    {
      config,
      schema: {
        tags,
        operationId: 'listActs',
        summary: 'What people did from the console, and why; newest first',
        querystring: actQuery,
        response: { 200: actPageShape, ...refusals() },
      },
    },
    async ({ query }) => await listActs(database, { limit: PAGE, ...query }),
  );
}
