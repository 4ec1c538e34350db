import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { goodsIdField, idempotencyKeyField, quantityField, strictly } from '../../shapes/index.ts';
import { orderAnswerShape, refusals } from './answer-shapes.ts';
import { carryOut } from './hold-routes.ts';
import { type HttpParts, VIA } from './http-parts.ts';
import { orderParams } from './order-routes.ts';

const returnedLine = strictly(
  Type.Object(
    {
      goodsId: goodsIdField,
      quantity: quantityField,
      damaged: Type.Optional(Type.Boolean({ description: 'true when nobody can buy it any more' })),
    },
    { description: 'a line { goodsId, quantity, damaged? }' },
  ),
);
const returnedLines = Type.Array(returnedLine, {
  minItems: 1,
  maxItems: 100,
  description: 'a list of 1 to 100 lines { goodsId, quantity, damaged? }',
});

const returnBody = strictly(
  Type.Object(
    { returnId: idempotencyKeyField, lines: returnedLines },
    {
      description: 'a return { returnId, lines }',
      examples: [{ returnId: 'back-1', lines: [{ goodsId: 7, quantity: 1, damaged: true }] }],
    },
  ),
);

/** Goods of a paid order that come back, some or all of them. */
export function partRoutes(app: FastifyInstance, parts: HttpParts): void {
  app.post<{ Params: { orderId: string }; Body: Static<typeof returnBody> }>(
    '/v1/orders/:orderId/returns',
    {
      config: { open: ['producer'] },
      schema: {
        tags: ['orders'],
        operationId: 'returnLines',
        summary: 'Take goods of a paid order back; once for each returnId',
        description:
          'They are for sale again, or, where they are damaged, written off. With the last of ' +
          'them the order is returned and its payment due for refund.',
        params: orderParams,
        body: returnBody,
        response: { 200: orderAnswerShape, ...refusals(409, 413, 414, 415) },
      },
    },
    async ({ params, body }, reply) =>
      await carryOut(parts, reply, {
        kind: 'return-lines',
        orderId: params.orderId,
        requestId: body.returnId,
        parts: body.lines,
        via: VIA,
      }),
  );
}
