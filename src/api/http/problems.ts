import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, isRetryable, type Logger, messageOf, redactText } from '../../kernel/index.ts';

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
  405: 'Not with this method',
  408: 'The request came too slowly',
  409: 'Refused as things are',
  413: 'The body is too large',
  414: 'The address is too long',
  415: 'Send application/json',
  422: 'The key was used for something else',
  429: 'Too many requests',
  431: 'The headers are too large',
  500: 'Something went wrong here',
  503: 'Not now; try again',
};

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
  'unknown-notice': 404,
  'unknown-order': 404,
  'unknown-goods-id': 404,
  'idempotency-conflict': 422,
  'too-many-requests': 429,
};

/** What Fastify itself refuses, under our codes. */
const CODE_OF_FASTIFY: Readonly<Record<string, readonly [status: number, code: string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported-media-type'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'body-too-large'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'address-too-long'],
};

/** Every error as a problem. What we did not foresee says nothing of itself to the outside. */
export function problemOf(error: unknown): Problem {
  if (error instanceof AppError) {
    const known = STATUS_OF_CODE[error.code];
    if (known) return problem(known, error.code, error.message, error.details);
    if (isRetryable(error)) return problem(503, error.code, 'this passes; try again in a moment');
    return problem(500, 'unexpected', 'the request could not be carried out');
  }
  const { code = '', statusCode = 500 } = error as { code?: string; statusCode?: number };
  const [status, ours] = CODE_OF_FASTIFY[code] ?? [statusCode, 'invalid-input'];
  if (status >= 400 && status < 500) return problem(status, ours, redactText(messageOf(error)));
  if (status === 503) return problem(503, 'overloaded', 'this process has too much to do');
  return problem(500, 'unexpected', 'the request could not be carried out');
}

/** The last stop of every error of a route. */
export function answerError(logger: Logger) {
  return async (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const answer = problemOf(error);
    if (answer.status >= 500) {
      logger.error('a request failed', {
        requestId: request.id,
        route: request.routeOptions.url ?? 'none',
        code: answer.code,
        error: redactText(messageOf(error)),
      });
    }
    if (answer.status === 503) void reply.header('retry-after', '1');
    await sendProblem(reply, answer);
  };
}

export async function sendProblem(reply: FastifyReply, answer: Problem): Promise<void> {
  const body = JSON.stringify({ ...answer, requestId: reply.request.id });
  await reply.code(answer.status).type(PROBLEM_TYPE).serializer(asItIs).send(body);
}

function asItIs(payload: unknown): string {
  return String(payload);
}

/** What never became a request: broken HTTP, headers too large, too slow. */
export function refuseBrokenRequest(error: { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code] = BROKEN[error.code ?? ''] ?? [400, 'invalid-input'];
  const answer = problem(status, code, 'this is not a request that can be read');
  const body = JSON.stringify(answer);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${PROBLEM_TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const BROKEN: Readonly<Record<string, readonly [status: number, code: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers-too-large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'too-slow'],
};
