import { systemClock, systemRandom } from '../kernel/index.ts';
import { Calls } from './calls.ts';
import type { Client, HttpClient, QueueClient } from './client.ts';
import {
  type HttpAccess,
  type HttpClientOptions,
  limitsIn,
  type QueueClientOptions,
} from './client-options.ts';
import { HoldfastError, wrongInput } from './holdfast-error.ts';
import { httpClient } from './http-client.ts';
import { queueWrites } from './queue-client.ts';
import type { PaymentAnswer, PaymentSent, PlaceAnswer, Sent } from './shop-words.ts';

/**
 * A client over HTTP, or straight to the queues where a Redis is named. It connects when it is
 * used, reads no environment and writes no log.
 */
export function createClient(options: QueueClientOptions): QueueClient;
export function createClient(options: HttpClientOptions): HttpClient;
export function createClient(
  options: QueueClientOptions | HttpClientOptions,
): Client<PlaceAnswer | Sent, PaymentAnswer | PaymentSent> {
  const limits = limitsIn(options);
  const parts = { limits, calls: new Calls(limits, systemClock), random: systemRandom };
  const http = isHttp(options)
    ? httpClient({ ...parts, access: options, clock: systemClock })
    : null;
  if ('redisUrl' in options || 'connection' in options) {
    const writes = queueWrites({ ...parts, access: options });
    return { ...(http ?? unanswered), ...writes };
  }
  if (http) return http;
  throw wrongInput('options', 'without a server', 'httpUrl, redisUrl or connection');
}

function isHttp(options: Partial<HttpAccess>): options is HttpAccess {
  return typeof options.httpUrl === 'string';
}

const unanswered = {
  cancel: () => notOverQueues('cancel'),
  order: () => notOverQueues('order'),
  stock: () => notOverQueues('stock'),
  waitFor: () => notOverQueues('waitFor'),
};

async function notOverQueues(call: string): Promise<never> {
  throw new HoldfastError(
    'not-over-queues',
    `${call} needs an answer, and a queue gives none: name httpUrl as well`,
    { details: { call } },
  );
}
