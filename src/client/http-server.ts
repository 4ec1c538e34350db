import { type Clock, messageOf, type Random } from '../kernel/index.ts';
import { HoldfastError } from './holdfast-error.ts';
import { type Life, TOO_LATE, whileWanted } from './life.ts';
import { requestSender } from './sent-request.ts';
import type { FailedTry } from './tried.ts';

export interface HttpServerParts {
  readonly httpUrl: URL;
  /** For one try, without the time that the server was asked to wait. */
  readonly attemptMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  /** Below the URL of the server. */
  readonly path: string;
  readonly token: string | undefined;
  /** JSON text. */
  readonly body?: string;
  /** How long the server was asked to wait with its answer. */
  readonly waitMs?: number;
}

export interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly afterMs: number;
  readonly chance: number;
}

/** Asks once. Whatever the status, a reply is a reply; a failure is that there was none. */
export type AskServer = (
  question: HttpQuestion,
  lives: readonly Life[],
) => Promise<Reply | FailedTry>;

export function httpServer({ httpUrl, attemptMs, clock, random }: HttpServerParts): AskServer {
  const send = requestSender(httpUrl);
  return async ({ method, path, token, body, waitMs = 0 }, lives) => {
    const limitMs = attemptMs + waitMs;
    const { signal, done } = whileWanted(lives, limitMs);
    const chance = random();
    try {
      const { status, retryAfter, text } = await send(new URL(path, httpUrl), {
        method,
        signal,
        headers: {
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body,
      });
      return { status, body: objectIn(text), afterMs: retryAfterMs(retryAfter, clock), chance };
    } catch (cause) {
      const why = signal.reason === TOO_LATE ? `no answer within ${limitMs} ms` : reasonOf(cause);
      return { failed: unreachable(httpUrl, why, cause), chance };
    } finally {
      done();
    }
  };
}

/** Seconds, or a date. What cannot be read asks for nothing. */
function retryAfterMs(header: string | null, clock: Clock): number {
  if (header === null) return 0;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - clock.wallMs());
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // the page of some proxy; its status tells what to do
  }
}

function unreachable({ origin }: URL, why: string, cause: unknown): HoldfastError {
  return new HoldfastError('server-unreachable', `${origin} cannot be reached: ${why}`, {
    retryable: true,
    cause,
  });
}

/** The code of the system says more than its sentence. */
function reasonOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : messageOf(error);
}
