import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { paymentConfirmed, paymentShape } from '../../queues/index.ts';
import type { OrderOutcome } from '../../saga/index.ts';
import { strictly } from '../../shapes/index.ts';
import { paymentAnswerShape, refusals } from './answer-shapes.ts';
import { type HttpParts, VIA } from './http-parts.ts';
import { orderParams } from './order-routes.ts';
import { refusal } from './place-order.ts';
import { sendProblem } from './problems.ts';

const { orderId: _inTheAddress, ...paymentFields } = paymentShape.properties;
const paymentBody = strictly(
  Type.Object(paymentFields, {
    description: 'a payment { paymentId, .. }',
    examples: [{ paymentId: 'pay-77', amount: 4900, currency: 'EUR' }],
  }),
);

export function paymentRoutes(app: FastifyInstance, { saga }: HttpParts): void {
  app.post<{ Params: { orderId: string }; Body: Record<string, unknown> }>(
    '/v1/orders/:orderId/payments',
    {
      config: { open: ['payments'] },
      schema: {
        tags: ['payments'],
        operationId: 'payOrder',
        summary: 'Tell of a payment; too early, too late or not what it costs is decided too',
        params: orderParams,
        body: paymentBody,
        response: { 200: paymentAnswerShape, ...refusals(409, 413, 414, 415) },
      },
    },
    async ({ params, body }, reply) => {
      const payment = paymentConfirmed.entry({ ...body, orderId: params.orderId });
      const outcome = (await saga.advance({ kind: 'payment', payment, via: VIA })) as OrderOutcome;
      if (outcome.change === 'refused') return await sendProblem(reply, refusal(outcome));
      return await reply.send(paymentAnswer(outcome));
    },
  );
}

export function paymentAnswer({ orderId, state, payment }: OrderOutcome): object {
  if (!payment) return { orderId, state };
  const { paymentId, state: paymentState, reason } = payment;
  const about = { paymentId, state: paymentState, ...(reason === null ? {} : { reason }) };
  return { orderId, state, payment: about };
}
