import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import type { OrderOutcome, SagaEvent } from '../../saga/index.ts';
import {
  goodsIdField,
  holdSecondsField,
  idempotencyKeyField,
  payingSecondsField,
  quantityField,
  strictly,
} from '../../shapes/index.ts';
import { orderAnswerShape, refusals } from './answer-shapes.ts';
import { type HttpParts, VIA } from './http-parts.ts';
import { orderParams } from './order-routes.ts';
import { orderAnswer, refusal } from './place-order.ts';
import { sendProblem } from './problems.ts';

/** Nothing, or `{}`: this takes no fields. */
export const emptyBody = Type.Union([Type.Null(), strictly(Type.Object({}))], {
  description: 'nothing, or {}',
  examples: [{}],
});

const secondsBody = strictly(
  Type.Object(
    { seconds: holdSecondsField },
    { description: 'a time from now { seconds }', examples: [{ seconds: 1800 }] },
  ),
);

const payingBody = strictly(
  Type.Object(
    { seconds: payingSecondsField },
    { description: 'a time from now { seconds }', examples: [{ seconds: 600 }] },
  ),
);

const cancelledLine = strictly(
  Type.Object(
    { goodsId: goodsIdField, quantity: quantityField },
    { description: 'a line { goodsId, quantity }' },
  ),
);
const cancelBody = Type.Union(
  [
    Type.Null(),
    strictly(
      Type.Object({
        lines: Type.Optional(
          Type.Array(cancelledLine, {
            minItems: 1,
            maxItems: 100,
            description: 'a list of 1 to 100 lines { goodsId, quantity }',
          }),
        ),
        cancelId: Type.Optional(idempotencyKeyField),
      }),
    ),
  ],
  {
    description: 'nothing, or {}, or the units to cancel { lines, cancelId? }',
    examples: [{ lines: [{ goodsId: 7, quantity: 1 }], cancelId: 'less-1' }],
  },
);

const tags = ['orders'];
type OrderParams = { orderId: string };

/** What may happen to the hold of an order before it is paid. */
export function holdRoutes(app: FastifyInstance, parts: HttpParts): void {
  cancelRoute(app, parts);
  extendRoute(app, parts);
  paymentStartedRoute(app, parts);
}

function cancelRoute(app: FastifyInstance, parts: HttpParts): void {
  app.post<{ Params: OrderParams; Body: Static<typeof cancelBody> }>(
    '/v1/orders/:orderId/cancel',
    {
      config: { open: ['producer'] },
      schema: {
        tags,
        operationId: 'cancelOrder',
        summary: 'Cancel an order; one that has not come yet is cancelled when it comes',
        description:
          'With lines only these units are cancelled, once for each cancelId; with the last of ' +
          'them the order is cancelled.',
        params: orderParams,
        body: cancelBody,
        response: { 200: orderAnswerShape, ...refusals(409, 413, 414, 415) },
      },
    },
    async ({ params: { orderId }, body }, reply) =>
      await carryOut(parts, reply, cancelOf(orderId, body)),
  );
}

function extendRoute(app: FastifyInstance, parts: HttpParts): void {
  app.post<{ Params: OrderParams; Body: { seconds: number } }>(
    '/v1/orders/:orderId/extend',
    {
      config: { open: ['producer'] },
      schema: {
        tags,
        operationId: 'extendHold',
        summary: 'Let a hold end so many seconds from now; one that has ended is made anew',
        description:
          'A hold whose time was up is not revived: its goods are reserved again, or the answer ' +
          'is 409 sold-out with the lines that are short.',
        params: orderParams,
        body: secondsBody,
        response: { 200: orderAnswerShape, ...refusals(409, 413, 414, 415) },
      },
    },
    async ({ params, body }, reply) => {
      const event = { kind: 'extend', ...params, seconds: body.seconds, via: VIA } as const;
      return await carryOut(parts, reply, event);
    },
  );
}

function paymentStartedRoute(app: FastifyInstance, parts: HttpParts): void {
  app.post<{ Params: OrderParams; Body: { seconds: number } }>(
    '/v1/orders/:orderId/payment-started',
    {
      config: { open: ['producer', 'payments'] },
      schema: {
        tags,
        operationId: 'announcePayment',
        summary: 'Keep a hold while a payment is on its way; once for an order',
        params: orderParams,
        body: payingBody,
        response: { 200: orderAnswerShape, ...refusals(409, 413, 414, 415) },
      },
    },
    async ({ params, body }, reply) => {
      const event = { kind: 'payment-started', ...params, seconds: body.seconds } as const;
      return await carryOut(parts, reply, { ...event, via: VIA });
    },
  );
}

function cancelOf(orderId: string, body: Static<typeof cancelBody>): SagaEvent {
  if (!body?.lines) return { kind: 'cancel', orderId, via: VIA };
  const { lines: cancelled, cancelId } = body;
  const once = cancelId === undefined ? {} : { requestId: cancelId };
  return { kind: 'cancel-lines', orderId, parts: cancelled, ...once, via: VIA };
}

/** One event of one order, and how the order stands after it. */
export async function carryOut(
  { saga }: Pick<HttpParts, 'saga'>,
  reply: FastifyReply,
  event: SagaEvent,
): Promise<FastifyReply | undefined> {
  const outcome = (await saga.advance(event)) as OrderOutcome;
  if (outcome.change !== 'refused') {
    return await reply.send({ ...orderAnswer(outcome, false).body });
  }
  await sendProblem(reply, refusal(outcome));
  return undefined;
}
