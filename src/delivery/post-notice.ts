import { type Clock, codeOf, isoOf, messageOf, redactText, signatureOf } from '../kernel/index.ts';
import type { ClaimedNotice } from '../notices/index.ts';

/** Who is told. */
export interface Receiver {
  readonly url: string;
  /** Every notice is signed with each of them. */
  readonly secrets: readonly string[];
}

export interface Answer {
  /** Null when none came. */
  readonly status: number | null;
  /** Null when the notice was taken. Never holds the URL, which may hold a secret. */
  readonly error: string | null;
  readonly ms: number;
}

const ERROR_MAX = 200;
/** What a receiver says beside its status is not looked at, and more than this not waited for. */
const ANSWER_MAX = 16 * 1024;

/** Tries once to deliver a notice. Answers what came of it, and never throws. */
export async function postNotice(
  receiver: Receiver,
  notice: ClaimedNotice,
  clock: Clock,
  timeoutMs: number,
): Promise<Answer> {
  const start = clock.monotonicMs();
  const elapsedMs = () => Math.round(clock.monotonicMs() - start);
  try {
    const { url, headers } = destinationOf(receiver.url);
    const body = bodyOf(notice);
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual', // where it leads was not configured, and must not get what we signed
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        ...headers,
        'content-type': 'application/json',
        'holdfast-notice-id': String(notice.seq),
        'holdfast-notice-kind': notice.kind,
        'holdfast-signature': signatureOf(receiver.secrets, body, clock.wallMs() / 1000),
      },
    });
    const { status, ok } = response;
    const ms = elapsedMs();
    await passOver(response);
    return { status, error: ok ? null : `answered ${status}`, ms };
  } catch (error) {
    return { status: null, error: whyNone(error, timeoutMs), ms: elapsedMs() };
  }
}

/** What a receiver is told: the same at every attempt. */
function bodyOf({ seq, kind, at, body }: ClaimedNotice): string {
  const facts = JSON.parse(body) as Readonly<Record<string, unknown>>;
  return JSON.stringify({ id: String(seq), kind, at: isoOf(at), ...facts });
}

/** A request takes no user and password in its URL; they go where they belong. */
function destinationOf(text: string): { url: URL; headers: Readonly<Record<string, string>> } {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return { url, headers: {} };
  url.username = '';
  url.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/** A connection can be used again only when its answer was read to the end. */
async function passOver({ body }: Response): Promise<void> {
  if (!body) return;
  let read = 0;
  try {
    for await (const chunk of body) {
      read += chunk.byteLength;
      if (read > ANSWER_MAX) return;
    }
  } catch {
    // The status was the answer; that the rest of it broke off costs one connection.
  }
}

function whyNone(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `no answer within ${timeoutMs} ms`;
  }
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = codeOf(cause);
  return redactText(code === 'unexpected' ? messageOf(cause) : code).slice(0, ERROR_MAX);
}
