import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  AppError,
  type Clock,
  isRetryable,
  type Logger,
  messageOf,
  redactText,
  warnNowAndThen,
} from '../../kernel/index.ts';
import { discreet } from './discreet-fields.ts';

/** What a refusal says, as RFC 9457 has it: `code` is stable, `detail` is for people. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly [fact: string]: unknown;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'Who is asking?',
  403: 'Not with this role',
  404: 'There is no such thing',
  408: 'The request came too slowly',
  409: 'Refused as things are',
  413: 'The body is too large',
  414: 'The address is too long',
  415: 'Not this kind of body',
  422: 'The key was used for something else',
  429: 'Too many requests',
  431: 'The headers are too large',
  500: 'Something went wrong here',
  503: 'Not now; try again',
};

/** Where nobody knows better. */
const RETRY_AFTER_S: Readonly<Record<number, string>> = { 429: '60', 503: '1' };

export const PROBLEM_TYPE = 'application/problem+json';

export function problem(
  status: number,
  code: string,
  detail: string,
  facts: Readonly<Record<string, unknown>> = {},
): Problem {
  const title = TITLES[status] ?? 'The request was refused';
  return { ...facts, type: `urn:holdfast:error:${code}`, title, status, code, detail };
}

/** Codes whose status the error alone does not tell. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  'invalid-input': 400,
  unauthorized: 401,
  forbidden: 403,
  'callback-foreign': 403,
  'no-such-route': 404,
  'unknown-banner': 404,
  'unknown-brand': 404,
  'unknown-picture': 404,
  'unknown-upload': 404,
  'unknown-category': 404,
  'not-in-catalogue': 404,
  'amount-differs': 409,
  'banner-goods-unknown': 409,
  'brand-not-in-category': 409,
  'category-cycle': 409,
  'category-too-deep': 409,
  'goods-known': 409,
  'goods-sn-taken': 409,
  'mixed-currencies': 409,
  'name-taken': 409,
  'not-for-sale': 409,
  'not-replayable': 409,
  'still-in-use': 409,
  'unknown-pair': 409,
  'unknown-parent': 409,
  'upload-expired': 409,
  'upload-missing': 409,
  'upload-not-a-picture': 409,
  'upload-size-differs': 409,
  'upload-too-many-pixels': 409,
  'upload-type-differs': 409,
  'upload-unreadable': 409,
  'version-conflict': 409,
  'unknown-dead-letter': 404,
  'unknown-notice': 404,
  'unknown-order': 404,
  'unknown-payment': 404,
  'unknown-goods-id': 404,
  'unsupported-media-type': 415,
  'idempotency-conflict': 422,
  'too-many-requests': 429,
};

/** What Fastify and its plugins refuse, in our words: theirs may quote the request. */
const REFUSED_BY_LIBRARY: readonly (readonly [status: number, code: string, detail: string])[] = [
  [404, 'no-such-route', 'there is no such route; /docs lists those there are'],
  [413, 'body-too-large', 'a body may have 1 MiB'],
  [414, 'address-too-long', 'a part of the address is longer than any id'],
  [415, 'unsupported-media-type', 'a body of this content type is not read here'],
  [429, 'too-many-requests', 'wait as long as Retry-After says'],
  [503, 'overloaded', 'this process has too much to do'],
];

/** Every error as a problem. What we did not foresee says nothing of itself to the outside. */
export function problemOf(error: unknown): Problem {
  if (error instanceof AppError) {
    const known = STATUS_OF_CODE[error.code];
    if (known) return problem(known, error.code, ...discreet(error));
    if (isRetryable(error)) return problem(503, error.code, 'this passes; try again in a moment');
    return unexpected();
  }
  const { statusCode = 500 } = error as { statusCode?: number };
  const refused = REFUSED_BY_LIBRARY.find(([status]) => status === statusCode);
  if (refused) return problem(...refused);
  const isOfTheRequest = statusCode >= 400 && statusCode < 500;
  return isOfTheRequest
    ? problem(400, 'invalid-input', 'the request cannot be read')
    : unexpected();
}

function unexpected(): Problem {
  return problem(500, 'unexpected', 'the request could not be carried out');
}

/** The last stop of every error of a route. */
export function answerError(logger: Logger, clock: Clock) {
  // While a server is away every request fails: that must not fill the log as well.
  const warn = warnNowAndThen(logger, clock, 'requests were answered 503');
  return async (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const answer = problemOf(error);
    const about = {
      requestId: request.id,
      route: request.routeOptions.url ?? 'none',
      code: answer.code,
      error: redactText(messageOf(error)),
    };
    if (answer.status === 500) logger.error('a request failed', about);
    if (answer.status === 503) warn(about);
    await sendProblem(reply, answer);
  };
}

export async function sendProblem(reply: FastifyReply, answer: Problem): Promise<void> {
  const body = JSON.stringify({ ...answer, requestId: reply.request.id });
  const wait = RETRY_AFTER_S[answer.status];
  if (wait && !reply.hasHeader('retry-after')) void reply.header('retry-after', wait);
  await reply.code(answer.status).type(PROBLEM_TYPE).serializer(asItIs).send(body);
}

function asItIs(payload: unknown): string {
  return String(payload);
}
