import { HoldfastError, type Problem } from './holdfast-error.ts';
import type { Reply } from './http-server.ts';
import type { PlaceAnswer, ShortLine } from './shop-words.ts';
import type { FailedTry, Tried } from './tried.ts';

/** What an answer says, whether it came on its own or within the answer of an envelope. */
export type Said = Pick<Reply, 'status' | 'body'>;

/** These pass, whoever answers them: the server itself or a proxy before it. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

export function isFailure(heard: Reply | FailedTry): heard is FailedTry {
  return 'failed' in heard;
}

/** The body of a reply that is as it should be; the failure of any other. */
export function triedOf<Answer>(
  heard: Reply | FailedTry,
  answerIn: (said: Said) => Answer | null,
): Tried<Answer> {
  if (isFailure(heard)) return heard;
  const done = answerIn(heard);
  return done === null ? failureOf(heard) : { done };
}

export function failureOf({ status, body, afterMs, chance }: Reply): FailedTry {
  return { failed: errorIn({ status, body }), afterMs, chance };
}

/** A body with all of these fields, or null. */
export function bodyWith<Answer>(...fields: readonly string[]): (said: Said) => Answer | null {
  return ({ status, body }) =>
    status >= 200 && status < 300 && fields.every((field) => Object.hasOwn(body, field))
      ? (body as Answer)
      : null;
}

/** An order that was placed, or rejected for its goods, which is an end that was to be expected. */
export function placedIn({ status, body }: Said): PlaceAnswer | null {
  const { orderId, state, expiresAt, short, code, reason = code } = body;
  if (typeof orderId !== 'string' || typeof state !== 'string') return null;
  if (state === 'rejected') {
    return {
      orderId,
      state,
      reason: typeof reason === 'string' ? reason : 'rejected',
      short: Array.isArray(short) ? (short as readonly ShortLine[]) : [],
    };
  }
  if (status >= 300) return null;
  return {
    orderId,
    state,
    ...(typeof expiresAt === 'string' ? { expiresAt } : {}),
  } as PlaceAnswer;
}

export function errorIn({ status, body }: Said): HoldfastError {
  const { type: _type, status: _status, code, title, detail, problems, ...details } = body;
  const isPassing = PASSING.has(status);
  if (typeof code !== 'string') return isPassing ? busy(status) : strange(status);
  const message = [detail, title, code].find((text) => typeof text === 'string');
  return new HoldfastError(code, message as string, {
    status,
    retryable: isPassing || body['retryable'] === true,
    problems: Array.isArray(problems) ? (problems as readonly Problem[]) : [],
    details,
  });
}

function busy(status: number): HoldfastError {
  const text = `the server, or a proxy before it, answers ${status}`;
  return new HoldfastError('server-unavailable', text, { status, retryable: true });
}

function strange(status: number): HoldfastError {
  return new HoldfastError(
    'bad-answer',
    `the answer (status ${status}) is not one of Holdfast; does httpUrl name its HTTP API?`,
    { status },
  );
}
