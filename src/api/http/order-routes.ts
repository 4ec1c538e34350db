import type { FastifyInstance } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { AppError } from '../../kernel/index.ts';
import { listOrders, ORDER_STATES, type OrderState } from '../../orders/index.ts';
import type { PlacedOrder } from '../../queues/index.ts';
import { readOrder } from '../../saga/index.ts';
import {
  beforeField,
  checkedBy,
  goodsIdField,
  idempotencyKeyField,
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
import { checkingBodyBy } from './checked-requests.ts';
import { READERS } from './guard.ts';
import type { HttpParts } from './http-parts.ts';
import type { IdempotencyKeys } from './idempotency-keys.ts';
import type { OrderDesk } from './order-desk.ts';
import {
  type Answer,
  checkedOrder,
  errorAnswer,
  ORDER_EXAMPLE,
  strictOrder,
} from './place-order.ts';
import { pricedOrders } from './priced-orders.ts';
import { sendProblem } from './problems.ts';

const BATCH_MAX = 500;

export const orderParams = strictly(Type.Object({ orderId: orderIdField }));

const waitQuery = strictly(
  Type.Object({
    wait: Type.Optional(
      Type.String({
        pattern: '^(?:(?:[1-9]\\d{0,3}|[12]\\d{4}|30000)ms|(?:[1-9]|[12]\\d|30)s)$',
        description: 'how long to wait for the decision, up to 30s, such as 500ms or 5s',
      }),
    ),
    prices: Type.Optional(
      Type.Unsafe<'catalogue'>({
        type: 'string',
        enum: ['catalogue'],
        description: 'catalogue: it costs what the catalogue says, and amount is checked by it',
      }),
    ),
  }),
);

const batchOf = <T extends TSchema>(order: T) =>
  strictly(
    Type.Object(
      {
        orders: Type.Array(order, {
          minItems: 1,
          maxItems: BATCH_MAX,
          description: `a list of 1 to ${BATCH_MAX} orders`,
        }),
      },
      { description: '{ orders: [..] }', examples: [{ orders: [ORDER_EXAMPLE] }] },
    ),
  );
/** Each order is checked by itself, so that one that is not valid does not keep the others. */
const checkBatch = checkedBy(batchOf(Type.Unknown()));

const keyHeader = Type.Object({
  'idempotency-key': Type.Optional({
    ...idempotencyKeyField,
    description: '1 to 64 characters of A-Z a-z 0-9 . _ -, never used with another body',
  }),
});
type KeyHeader = Static<typeof keyHeader>;
type PlaceQuery = Static<typeof waitQuery>;

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

const PAGE = 100;
const tags = ['orders'];

export interface PlaceParts {
  readonly keys: IdempotencyKeys;
  readonly desk: OrderDesk;
}

export function orderRoutes(app: FastifyInstance, parts: HttpParts, place: PlaceParts): void {
  placeRoute(app, parts, place);
  batchRoute(app, parts, place);
  readRoutes(app, parts);
}

function placeRoute(
  app: FastifyInstance,
  { database }: HttpParts,
  { keys, desk }: PlaceParts,
): void {
  app.post<{ Body: PlacedOrder; Querystring: PlaceQuery; Headers: KeyHeader }>(
    '/v1/orders',
    {
      config: { open: ['producer'] },
      schema: {
        tags,
        operationId: 'placeOrder',
        summary: 'Place an order; durable when this answers',
        description:
          'Without wait the answer is 202 with the state. With wait it is 201 once reserved, ' +
          '409 when rejected, 202 when the wait ends first, and 200 for an order that is further ' +
          'already. The same order again gets the same answer.',
        body: strictOrder,
        querystring: waitQuery,
        headers: keyHeader,
        response: {
          200: orderAnswerShape,
          201: orderAnswerShape,
          202: orderAnswerShape,
          ...refusals(409, 413, 415, 422),
        },
      },
    },
    async ({ headers, body, query }, reply) => {
      const order = checkedOrder(body);
      await keys.claim(headers['idempotency-key'], order);
      const [priced = order] = query.prices ? await pricedOrders(database, [order]) : [];
      if (priced instanceof AppError) throw priced;
      const [answer] = await desk.place([priced], waitMs(query.wait));
      const { status, body: said } = answer as Answer;
      if (status < 400) return await reply.code(status).send(said);
      return await sendProblem(reply, said as Parameters<typeof sendProblem>[1]);
    },
  );
}

function batchRoute(
  app: FastifyInstance,
  { database }: HttpParts,
  { keys, desk }: PlaceParts,
): void {
  app.post<{
    Body: ReturnType<typeof checkBatch>;
    Querystring: PlaceQuery;
    Headers: KeyHeader;
  }>(
    '/v1/orders/batch',
    {
      config: { open: ['producer'] },
      validatorCompiler: checkingBodyBy(checkBatch),
      schema: {
        tags,
        operationId: 'placeOrders',
        summary: 'Place up to 500 orders; each stands for itself',
        description:
          'Each answer has the status and the body that the order would have got alone, and ' +
          'orderId is null where the order was not valid.',
        body: batchOf(strictOrder),
        querystring: waitQuery,
        headers: keyHeader,
        response: { 207: batchAnswerShape, ...refusals(413, 415, 422) },
      },
    },
    async ({ headers, body, query }, reply) => {
      await keys.claim(headers['idempotency-key'], body);
      const priced = (orders: readonly PlacedOrder[]) =>
        query.prices ? pricedOrders(database, orders) : Promise.resolve(orders);
      const answers = await placeEach(desk, body.orders, waitMs(query.wait), priced);
      return await reply.code(207).send({ answers });
    },
  );
}

/** Those that are not valid are answered as they stand; the others are placed together. */
async function placeEach(
  desk: OrderDesk,
  values: readonly unknown[],
  waitsMs: number,
  price: (orders: readonly PlacedOrder[]) => Promise<readonly (PlacedOrder | AppError)[]>,
) {
  const valid = values.map((value): PlacedOrder | AppError => {
    try {
      return checkedOrder(value);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  });
  const priced = [...(await price(valid.filter(isOrder)))];
  const checked = valid.map((one) => {
    const order = isOrder(one) ? (priced.shift() ?? one) : one;
    return isOrder(order) ? order : { orderId: isOrder(one) ? one.orderId : null, error: order };
  });
  const good = checked.filter((one): one is PlacedOrder => 'lines' in one);
  const answers = [...(await desk.place(good, waitsMs))];
  return checked.map((one) => {
    const isGood = 'lines' in one;
    const { status, body } = isGood ? (answers.shift() as Answer) : errorAnswer(one.error);
    return { ...body, orderId: one.orderId, status };
  });
}

function isOrder(one: PlacedOrder | AppError): one is PlacedOrder {
  return !(one instanceof AppError);
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
        operationId: 'readOrder',
        summary: 'One order with its payments and its history',
        params: orderParams,
        response: { 200: orderViewShape, ...refusals(404, 414) },
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
        operationId: 'listOrders',
        summary: 'Search orders, newest first',
        querystring: listQuery,
        response: { 200: orderPageShape, ...refusals() },
      },
    },
    async ({ query }) => await listOrders(database, { limit: PAGE, ...query }),
  );
}
