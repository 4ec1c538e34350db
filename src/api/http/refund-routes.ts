import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import { AppError } from '../../kernel/index.ts';
import {
  listPayments,
  PAYMENT_STATES,
  type PaymentState,
  readPaymentView,
} from '../../payments/index.ts';
import type { OrderOutcome } from '../../saga/index.ts';
import {
  actorField,
  limitField,
  paymentIdField,
  reasonField,
  strictly,
} from '../../shapes/index.ts';
import { paymentAnswerShape, paymentPageShape, refusals } from './answer-shapes.ts';
import { type HttpParts, VIA } from './http-parts.ts';
import { paymentAnswer } from './payment-routes.ts';
import { refusal } from './place-order.ts';
import { sendProblem } from './problems.ts';

const listQuery = strictly(
  Type.Object({
    state: Type.Optional(
      Type.Unsafe<PaymentState>({
        type: 'string',
        enum: [...PAYMENT_STATES],
        description: `one of ${PAYMENT_STATES.join(', ')}`,
      }),
    ),
    limit: Type.Optional(limitField),
    after: Type.Optional({ ...paymentIdField, description: 'what the page before named as next' }),
  }),
);
const paymentParams = strictly(Type.Object({ paymentId: paymentIdField }));
const refundedBody = strictly(
  Type.Object(
    { reason: reasonField, actor: Type.Optional(actorField) },
    {
      description: 'what was done { reason, actor? }',
      examples: [{ reason: 'sent back by transfer 4711', actor: 'ann' }],
    },
  ),
);

const PAGE = 100;
const tags = ['payments'];

/** Money that must go back, and money that went. */
export function refundRoutes(app: FastifyInstance, parts: HttpParts): void {
  listRoute(app, parts);
  refundedRoute(app, parts);
}

function listRoute(app: FastifyInstance, { database }: HttpParts): void {
  app.get<{ Querystring: Static<typeof listQuery> }>(
    '/v1/payments',
    {
      config: { open: ['viewer', 'payments'] },
      schema: {
        tags,
        operationId: 'listPayments',
        summary: 'Payments in order of their ids; state=refund-due is what must go back',
        querystring: listQuery,
        response: { 200: paymentPageShape, ...refusals() },
      },
    },
    async ({ query }) => await listPayments(database, { limit: PAGE, ...query }),
  );
}

function refundedRoute(app: FastifyInstance, { database, saga }: HttpParts): void {
  app.post<{ Params: { paymentId: string }; Body: Static<typeof refundedBody> }>(
    '/v1/payments/:paymentId/refunded',
    {
      config: { open: ['payments', 'operator'] },
      schema: {
        tags,
        operationId: 'markRefunded',
        summary: 'Tell that the money of a payment went back; who and why is kept',
        params: paymentParams,
        body: refundedBody,
        response: { 200: paymentAnswerShape, ...refusals(404, 409, 413, 414, 415) },
      },
    },
    async ({ params: { paymentId }, body, role }, reply) => {
      const known = await readPaymentView(database, paymentId);
      if (!known) throw new AppError('unknown-payment', `nobody has told of payment ${paymentId}`);
      const { reason, actor = role ?? 'unknown' } = body;
      const event = { kind: 'refunded', orderId: known.orderId, paymentId, actor, reason } as const;
      const outcome = (await saga.advance({ ...event, via: VIA })) as OrderOutcome;
      if (outcome.change === 'refused') return await sendProblem(reply, refusal(outcome));
      return await reply.send(paymentAnswer(outcome));
    },
  );
}
