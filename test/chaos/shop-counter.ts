import { Gate, messageOf, pause, signatureOf, systemClock } from '../../src/kernel/index.ts';
import type { ChaosHistory, Door, OpName } from './chaos-history.ts';

export const TOKENS = {
  producer: 'chaos-producer-token',
  payments: 'chaos-payments-token',
  viewer: 'chaos-viewer-token1',
  operator: 'chaos-operator-token',
} as const;
export const PAYMENT_SECRET = 'chaos-secret-of-payments';

export interface Asked {
  readonly f: OpName;
  readonly key: string;
  readonly door: Door;
  readonly a: Readonly<Record<string, unknown>>;
  readonly role: keyof typeof TOKENS | 'signed' | 'badly-signed';
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Asked once, whatever comes of it: asking again could do it twice. */
  readonly once?: boolean;
}

export interface Told {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const PATIENCE_MS = 6000;
/** Callers at once. More than a busy machine can serve would all be served too late. */
const AT_ONCE = 48;
/** Refusals that are decisions about an order, and no failures: it is known and was rejected. */
const DECIDED = new Set(['sold-out', 'unknown-goods']);

/** A caller who behaves as the contract says: without an answer it asks the same again. */
export class ShopCounter {
  readonly #url: () => string;
  readonly #history: ChaosHistory;
  readonly #closing: AbortSignal;
  readonly #gate = new Gate(AT_ONCE);

  constructor(url: () => string, history: ChaosHistory, closing: AbortSignal) {
    this.#url = url;
    this.#history = history;
    this.#closing = closing;
  }

  /** Ends with an answer, or when the shop closes. */
  async ask(asked: Asked): Promise<Told | null> {
    for (let attempt = 1; !this.#closing.aborted; attempt += 1) {
      const told = await this.#gate.pass(1, () => this.#askOnce(asked));
      if (told || asked.once) return told;
      await pause(Math.min(250 * attempt, 2500), this.#closing);
    }
    return null;
  }

  async #askOnce(asked: Asked): Promise<Told | null> {
    if (this.#closing.aborted) return null; // it waited for its turn until the shop closed
    const { f, key, door, a } = asked;
    const call = this.#history.call(f, key, door, a);
    try {
      const told = await this.#send(asked);
      const { status, body } = told;
      const code = typeof body['code'] === 'string' ? body['code'] : '';
      if (status < 300 || (f === 'order.place' && DECIDED.has(code))) call.ok({ status, ...body });
      else if (status >= 500 || status === 429) {
        call.info(`${status} ${code}`);
        return null;
      } else call.fail(`${status} ${code}`);
      return told;
    } catch (error) {
      call.info(messageOf(error));
      return null; // nobody knows; the same is asked again
    }
  }

  async #send({ role, method, path, body, headers = {} }: Asked): Promise<Told> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const signed = role === 'signed' || role === 'badly-signed';
    const response = await fetch(this.#url() + path, {
      method,
      headers: {
        ...(signed ? signature(role, text ?? '') : { authorization: `Bearer ${TOKENS[role]}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    return { status: response.status, body: answer };
  }
}

function signature(role: 'signed' | 'badly-signed', text: string): Record<string, string> {
  const secret = role === 'signed' ? PAYMENT_SECRET : 'somebody-elses-secret';
  const seconds = Math.floor(systemClock.wallMs() / 1000);
  return { 'holdfast-signature': signatureOf([secret], text, seconds) };
}
