import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { AppError, isRetryable, isSigned, type SignatureVerdict } from '../../kernel/index.ts';
import { type ConfirmedPayment, paymentConfirmed, paymentShape } from '../../queues/index.ts';
import type { Advanced, OrderOutcome, Saga } from '../../saga/index.ts';
import { checkedBy, strictly } from '../../shapes/index.ts';
import { batchAnswerShape, refused } from './answer-shapes.ts';
import { checkingBodyBy } from './checked-requests.ts';
import { type HttpParts, VIA } from './http-parts.ts';
import { jsonIn, readRawJsonOnly } from './json-bodies.ts';
import { paymentAnswer } from './payment-routes.ts';
import { problemOf } from './problems.ts';
import type { CountFailure } from './rate-limits.ts';

const EMPTY = Buffer.alloc(0);
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
const signedBody = Type.Union([one, envelope], {
  description: 'a payment { orderId, paymentId, .. }, or { payments: [..] } with up to 500',
  examples: [{ orderId: 'A-1001', paymentId: 'pay-77', amount: 4900, currency: 'EUR' }],
});
const checkOne = checkedBy(one);
const checkEnvelope = checkedBy(envelope);

/** What a payment provider tells us, signed over the bytes as they come. */
export async function webhookRoutes(
  app: FastifyInstance,
  parts: HttpParts,
  countFailure: CountFailure,
): Promise<void> {
  await app.register(async (scope) => {
    readRawJsonOnly(scope);
    // The signature is looked at first, and it is over the bytes.
    scope.setValidatorCompiler(checkingBodyBy((body) => body));
    scope.post<{ Body: Buffer | null }>(
      '/v1/webhooks/payments',
      {
        config: { open: 'signed' },
        schema: {
          tags: ['payments'],
          operationId: 'confirmPayments',
          summary: 'Payments as a provider tells of them, with a Holdfast-Signature',
          description:
            'The signature is over the bytes of the body as they are sent, and not older than ' +
            '300 s. Whatever is signed and valid is kept and answered 200, whatever became of it.',
          body: signedBody,
          response: { 200: batchAnswerShape, ...refused(400, 401, 413, 415, 429, 503) },
        },
      },
      async (request) => {
        const body = request.body ?? EMPTY;
        const verdict = verdictOn(request, body, parts);
        if (verdict !== 'ok') {
          await countFailure(request);
          throw new AppError('unauthorized', SAID[verdict]);
        }
        const payments = paymentsIn(body);
        return { answers: await confirm(parts.saga, payments) };
      },
    );
  });
}

const SAID: Readonly<Record<Exclude<SignatureVerdict, 'ok'>, string>> = {
  missing: 'there is no Holdfast-Signature header',
  malformed: 'the signature must be t=<unix seconds>,v1=<64 hex digits>',
  'too-old': 'it was signed more than 300 s ago, or ahead',
  wrong: 'the signature is not of this body under a secret known here',
};

function verdictOn(
  { headers }: FastifyRequest,
  body: Buffer,
  { doors, clock }: HttpParts,
): SignatureVerdict {
  const header = headers['holdfast-signature'];
  const text = Array.isArray(header) ? header.join(',') : header;
  const nowSeconds = clock.now().toMillis() / 1000;
  return isSigned(text, body, doors.paymentSecrets, nowSeconds);
}

function paymentsIn(body: Buffer): readonly ConfirmedPayment[] {
  const value = jsonIn(body);
  const isEnvelope =
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'payments');
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
