import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { AppError } from '../../kernel/index.ts';
import { listOrders, ORDER_STATES, type OrderState } from '../../orders/index.ts';
import type { PlacedOrder } from '../../queues/index.ts';
import { type OrderOutcome, readOrder, type Saga } from '../../saga/index.ts';
import {
  beforeField,
  goodsIdField,
  limitField,
  orderIdField,
  strictly,
} from '../../shapes/index.ts';
import {
  batchAnswerShape,
  orderAnswerShape,
  orderPageShape,
  orderViewShape,
  refusals,
} from './answer-shapes.ts';
import { READERS } from './guard.ts';
import { type HttpParts, VIA } from './http-parts.ts';
import type { IdempotencyKeys } from './idempotency-keys.ts';
import {
  type Answer,
  checkedOrder,
  orderAnswer,
  placeOrders,
  refusal,
  strictOrder,
} from './place-order.ts';
import { problemOf, sendProblem } from './problems.ts';

const BATCH_MAX = 500;

export const orderParams = strictly(Type.Object({ orderId: orderIdField }));

const waitQuery = strictly(
  Type.Object({
    wait: Type.Optional(
      Type.String({
        pattern: '^(?:[1-9]\\d{0,3}ms|(?:[1-9]|[12]\\d|30)s)$',
        description: 'how long to wait for the decision, up to 30s, such as 500ms or 5s',
      }),
    ),
  }),
);

const batchBody = strictly(
  Type.Object({
    orders: Type.Array(Type.Unknown(), {
      minItems: 1,
      maxItems: BATCH_MAX,
      description: `a list of 1 to ${BATCH_MAX} orders`,
    }),
  }),
);

const listQuery = strictly(
  Type.Object({
    state: Type.Optional(
      Type.Unsafe<OrderState>({
        type: 'string',
        enum: [...ORDER_STATES],
        description: `one of ${ORDER_STATES.join(', ')}`,
      }),
    ),
    goodsId: Type.Optional(goodsIdField),
    q: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9._-]{1,64}$',
        description: 'the beginning of an order id or of a buyer id',
      }),
    ),
    limit: Type.Optional(limitField),
    before: Type.Optional(beforeField),
  }),
);

/** Nothing, or `{}`: this takes no fields. */
export const emptyBody = Type.Union([Type.Null(), strictly(Type.Object({}))], {
  description: 'nothing, or {}',
});

const PAGE = 100;
const tags = ['orders'];

export function orderRoutes(app: FastifyInstance, parts: HttpParts, keys: IdempotencyKeys): void {
  placeRoutes(app, parts, keys);
  readRoutes(app, parts);
  cancelRoute(app, parts);
}

function placeRoutes(app: FastifyInstance, { saga }: HttpParts, keys: IdempotencyKeys): void {
  app.post<{ Body: PlacedOrder; Querystring: { wait?: string } }>(
    '/v1/orders',
    {
      config: { open: ['producer'] },
      schema: {
        tags,
        summary: 'Place an order; durable when this answers',
        body: strictOrder,
        querystring: waitQuery,
        response: {
          200: orderAnswerShape,
          201: orderAnswerShape,
          202: orderAnswerShape,
          ...refusals(409, 413, 415, 422),
        },
      },
    },
    async (request, reply) => {
      const order = checkedOrder(request.body);
      await keys.claim(request.headers['idempotency-key'], order);
      const [answer] = await placeOrders(saga, [order], waitMs(request.query.wait));
      const { status, body } = answer as Answer;
      if (status < 400) return await reply.code(status).send(body);
      if (status === 503) void reply.header('retry-after', '1');
      return await sendProblem(reply, body as Parameters<typeof sendProblem>[1]);
    },
  );
  app.post<{ Body: Static<typeof batchBody>; Querystring: { wait?: string } }>(
    '/v1/orders/batch',
    {
      config: { open: ['producer'] },
      schema: {
        tags,
        summary: 'Place up to 500 orders; each stands for itself',
        body: batchBody,
        querystring: waitQuery,
        response: { 207: batchAnswerShape, ...refusals(413, 415, 422) },
      },
    },
    async (request, reply) => {
      await keys.claim(request.headers['idempotency-key'], request.body);
      const answers = await placeEach(saga, request.body.orders, waitMs(request.query.wait));
      return await reply.code(207).send({ answers });
    },
  );
}

/** Those that are not valid are answered as they stand; the others are placed together. */
async function placeEach(saga: Saga, values: readonly unknown[], waitsMs: number) {
  const checked = values.map((value): PlacedOrder | Answer => {
    try {
      return checkedOrder(value);
    } catch (error) {
      const body = problemOf(error);
      return { status: body.status, body };
    }
  });
  const good = checked.filter((one): one is PlacedOrder => 'orderId' in one);
  const answers = [...(await placeOrders(saga, good, waitsMs))];
  return checked.map((one) => {
    const isGood = 'orderId' in one;
    const { status, body } = isGood ? (answers.shift() as Answer) : one;
    return { ...body, orderId: isGood ? one.orderId : null, status };
  });
}

function waitMs(wait: string | undefined): number {
  if (wait === undefined) return 0;
  return wait.endsWith('ms') ? Number.parseInt(wait, 10) : Number.parseInt(wait, 10) * 1000;
}

function readRoutes(app: FastifyInstance, { database }: HttpParts): void {
  app.get<{ Params: { orderId: string } }>(
    '/v1/orders/:orderId',
    {
      config: { open: READERS },
      schema: {
        tags,
        summary: 'One order with its payments and its history',
        params: orderParams,
        response: { 200: orderViewShape, ...refusals(404) },
      },
    },
    async ({ params }) => {
      const order = await readOrder(database, params.orderId);
      if (order) return order;
      throw new AppError('unknown-order', `nobody has spoken of order ${params.orderId}`);
    },
  );
  app.get<{ Querystring: Static<typeof listQuery> }>(
    '/v1/orders',
    {
      config: { open: READERS },
      schema: {
        tags,
        summary: 'Search orders, newest first',
        querystring: listQuery,
        response: { 200: orderPageShape, ...refusals() },
      },
    },
    async ({ query }) => await listOrders(database, { limit: PAGE, ...query }),
  );
}

function cancelRoute(app: FastifyInstance, { saga }: HttpParts): void {
  app.post<{ Params: { orderId: string } }>(
    '/v1/orders/:orderId/cancel',
    {
      config: { open: ['producer'] },
      schema: {
        tags,
        summary: 'Cancel an order; one that has not come yet is cancelled when it comes',
        params: orderParams,
        body: emptyBody,
        response: { 200: orderAnswerShape, ...refusals(409) },
      },
    },
    async ({ params }, reply) => {
      const event = { kind: 'cancel', orderId: params.orderId, via: VIA } as const;
      const outcome = (await saga.advance(event)) as OrderOutcome;
      if (outcome.change === 'refused') return await sendProblem(reply, refusal(outcome));
      return await reply.send({ ...orderAnswer(outcome, false).body });
    },
  );
}
