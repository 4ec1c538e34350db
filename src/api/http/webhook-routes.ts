import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { AppError, isRetryable, isSigned, messageOf } from '../../kernel/index.ts';
import { type ConfirmedPayment, paymentConfirmed, paymentShape } from '../../queues/index.ts';
import type { Advanced, OrderOutcome, Saga } from '../../saga/index.ts';
import { checkedBy, strictly } from '../../shapes/index.ts';
import { batchAnswerShape, refusals } from './answer-shapes.ts';
import { type HttpParts, VIA } from './http-parts.ts';
import { paymentAnswer } from './payment-routes.ts';
import { problemOf } from './problems.ts';

const ENVELOPE_MAX = 500;
const one = strictly(paymentShape);
const envelope = strictly(
  Type.Object({
    payments: Type.Array(one, {
      minItems: 1,
      maxItems: ENVELOPE_MAX,
      description: `a list of 1 to ${ENVELOPE_MAX} payments { orderId, paymentId, .. }`,
    }),
  }),
);
const checkOne = checkedBy(one);
const checkEnvelope = checkedBy(envelope);

/** What a payment provider tells us, signed over the bytes as they come. */
export async function webhookRoutes(app: FastifyInstance, parts: HttpParts): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    scope.post<{ Body: Buffer }>(
      '/v1/webhooks/payments',
      {
        config: { open: 'signed' },
        schema: {
          tags: ['payments'],
          summary: 'Payments as a provider tells of them, with a Holdfast-Signature',
          description:
            'The body is one payment { orderId, paymentId, amount?, currency?, paidAt? } or ' +
            '{ payments: [..] } with up to 500. The signature is ' +
            't=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">; several v1 may stand in a row. ' +
            'Whatever is signed and valid is kept and answered 200, whatever became of it.',
          security: [{ signature: [] }],
          response: { 200: batchAnswerShape, ...refusals(413, 415) },
        },
      },
      async (request) => {
        assertSigned(request, parts);
        const payments = paymentsIn(request.body);
        return { answers: await confirm(parts.saga, payments) };
      },
    );
  });
}

const SAID: Readonly<Record<string, string>> = {
  missing: 'there is no Holdfast-Signature header',
  malformed: 'the signature must be t=<unix seconds>,v1=<64 hex digits>',
  'too-old': 'it was signed more than 300 s ago, or ahead',
  wrong: 'the signature is not of this body under a secret known here',
};

function assertSigned(
  { headers, body }: FastifyRequest<{ Body: Buffer }>,
  { doors, clock }: HttpParts,
): void {
  const header = headers['holdfast-signature'];
  const raw = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const text = Array.isArray(header) ? header.join(',') : header;
  const verdict = isSigned(text, raw, doors.paymentSecrets, clock.now().toMillis() / 1000);
  if (verdict !== 'ok') throw new AppError('unauthorized', SAID[verdict] ?? verdict);
}

function paymentsIn(body: Buffer): readonly ConfirmedPayment[] {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AppError('invalid-input', `the body is not JSON: ${messageOf(cause)}`, { cause });
  }
  const isEnvelope = typeof value === 'object' && value !== null && 'payments' in value;
  const entries = isEnvelope ? checkEnvelope(value).payments : [checkOne(value)];
  return entries.map(paymentConfirmed.entry);
}

/**
 * Refused payments (an id that means another payment) become dead letters: the provider has done
 * its part. What may pass is not answered at all, so that the provider sends everything again.
 */
async function confirm(saga: Saga, payments: readonly ConfirmedPayment[]): Promise<object[]> {
  const results = await saga.advanceAll(
    payments.map((payment) => ({ kind: 'payment', payment, via: VIA })),
  );
  const answers: object[] = [];
  for (const [index, result] of results.entries()) {
    const payment = payments[index] as ConfirmedPayment;
    answers.push(await answerOf(saga, payment, result));
  }
  return answers;
}

async function answerOf(
  saga: Saga,
  payment: ConfirmedPayment,
  result: Advanced,
): Promise<Record<string, unknown>> {
  const { orderId } = payment;
  if ('error' in result) {
    if (!(result.error instanceof AppError) || isRetryable(result.error)) throw result.error;
    return { ...problemOf(result.error), orderId }; // buried where it happened
  }
  const outcome = result.outcome as OrderOutcome;
  if (outcome.change !== 'refused') return { status: 200, ...paymentAnswer(outcome) };
  const { code = 'refused', message = 'refused as things are' } = outcome;
  await saga.deadLetters.bury({ source: 'webhook', code, message, orderId, payload: payment });
  return { orderId, status: 409, code, detail: message };
}
