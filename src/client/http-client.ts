import { type Clock, Gate, type Random } from '../kernel/index.ts';
import type { Calls } from './calls.ts';
import type { HttpClient, WaitOptions } from './client.ts';
import { type HttpAccess, httpUrlIn, type Limits, tokenFor, wholeIn } from './client-options.ts';
import { Envelopes } from './envelopes.ts';
import { HoldfastError, wrongInput } from './holdfast-error.ts';
import { type HttpQuestion, httpServer } from './http-server.ts';
import type { Life } from './life.ts';
import { placeOrders, type WrittenOrder } from './order-envelope.ts';
import { bodyWith, type Said, triedOf } from './replies.ts';
import type {
  CancelAnswer,
  OrderView,
  PaymentAnswer,
  PlaceAnswer,
  StockView,
} from './shop-words.ts';
import { type Tried, WATCHING } from './tried.ts';
import { writtenJson } from './written-json.ts';

/** Well below what the server takes for one body. */
const ENVELOPE_BYTES = 400_000;
/** What the server grants. */
const WAIT_MAX_MS = 30_000;

export interface HttpClientParts {
  readonly access: HttpAccess;
  readonly limits: Limits;
  readonly calls: Calls;
  readonly clock: Clock;
  readonly random: Random;
}

export function httpClient({ access, limits, calls, clock, random }: HttpClientParts): HttpClient {
  const ask = httpServer({ httpUrl: httpUrlIn(access), ...limits, clock, random });
  const gate = new Gate(limits.maxRequests);
  const bounds = { ...limits, maxBytes: ENVELOPE_BYTES };
  const [producer, payments, viewer] = (['producer', 'payments', 'viewer'] as const).map((role) =>
    tokenFor(role, access),
  );
  const orders = new Envelopes<WrittenOrder, PlaceAnswer>(bounds, gate, (passengers, line) =>
    placeOrders(ask, producer, passengers, Number(line)),
  );

  /** One request for one call. */
  const once =
    <Answer>(question: HttpQuestion, answerIn: (said: Said) => Answer | null) =>
    (life: Life): Promise<Tried<Answer>> =>
      gate.pass(1, async () => triedOf(await ask(question, [life]), answerIn));

  const read = (path: string): HttpQuestion => ({ method: 'GET', path, token: viewer });

  return {
    place: async (order, { waitMs = 0, timeoutMs = limits.timeoutMs, signal } = {}) => {
      const line = String(wholeIn('waitMs', waitMs, 0, WAIT_MAX_MS));
      const json = writtenJson('order', order);
      const item = { orderId: order.orderId, json };
      const bytes = Buffer.byteLength(json);
      return await calls.make({ timeoutMs: timeoutMs + waitMs, signal }, (life) =>
        orders.send(line, { item, bytes, life }),
      );
    },
    confirmPayment: async ({ orderId, ...payment }, choices = {}) => {
      const path = `${orderPath(orderId)}/payments`;
      const body = writtenJson('payment', payment);
      const question = { method: 'POST', path, token: payments, body } as const;
      const answerIn = bodyWith<PaymentAnswer>('orderId', 'state', 'payment');
      return await calls.make(choices, once(question, answerIn));
    },
    cancel: async (orderId, choices = {}) => {
      const path = `${orderPath(orderId)}/cancel`;
      const question = { method: 'POST', path, token: producer, body: '{}' } as const;
      return await calls.make(choices, once(question, bodyWith<CancelAnswer>('orderId', 'state')));
    },
    order: async (orderId, choices = {}) =>
      await calls.make(choices, once(read(orderPath(orderId)), orderIn)),
    stock: async (goodsId, choices = {}) => {
      const id = wholeIn('goodsId', goodsId, 1, Number.MAX_SAFE_INTEGER);
      const stockIn = bodyWith<StockView>('goodsId', 'available');
      return await calls.make(choices, once(read(`v1/stock/${id}`), stockIn));
    },
    waitFor: async (orderId, { until, ...choices } = {}) => {
      const look = once(read(orderPath(orderId)), orderIn);
      const attempt = async (life: Life) => awaited(orderId, await look(life), until);
      return await calls.make(choices, attempt, WATCHING);
    },
    close: () => calls.close(),
  };
}

const orderIn = bodyWith<OrderView>('orderId', 'state', 'history');

const ORDER_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** A path cannot name `.` or `..`, which stand for other places in every URL. */
function orderPath(orderId: unknown): string {
  const text = typeof orderId === 'string' ? orderId : '';
  if (ORDER_ID.test(text) && !/^\.{1,2}$/.test(text)) return `v1/orders/${text}`;
  const allowed = '1 to 64 characters of A-Z a-z 0-9 . _ -, not . or ..';
  throw wrongInput('orderId', String(orderId).slice(0, 100), allowed);
}

/** Not there yet is a failure that passes; an order that nobody knows may still be on its way. */
function awaited(
  orderId: string,
  tried: Tried<OrderView>,
  until: WaitOptions['until'],
): Tried<OrderView> {
  if ('failed' in tried) {
    if (tried.failed.code !== 'unknown-order') return tried;
    return { ...tried, failed: stillWaiting(orderId, 'unknown') };
  }
  const { done } = tried;
  return isThere(done, until) ? tried : { failed: stillWaiting(orderId, done.state), chance: 0.5 };
}

function isThere(order: OrderView, until: WaitOptions['until']): boolean {
  if (typeof until === 'function') return until(order);
  if (typeof until === 'string') return order.state === until;
  if (until) return until.includes(order.state);
  return order.state !== 'awaited' && order.state !== 'placed';
}

function stillWaiting(orderId: string, state: string): HoldfastError {
  return new HoldfastError('wait-ended', `order ${orderId} was still ${state} at the end`, {
    retryable: true,
    details: { orderId, state },
  });
}
