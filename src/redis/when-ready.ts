import { once } from 'node:events';
import { AppError, distrustOf } from '../kernel/index.ts';
import { clientAddress } from './client-address.ts';
import type { RedisClient } from './client-library.ts';

/** Waits until the server answers, or throws `redis-unreachable` after the time given. */
export async function whenReady(client: RedisClient, timeoutMs: number): Promise<void> {
  if (client.status === 'ready') return;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), timeoutMs);
  let last: unknown;
  const remember = (error: unknown) => {
    last = error;
  };
  client.on('error', remember);
  try {
    await Promise.race([
      // Not `once` from the emitter: that would reject at the first error, and ioredis retries.
      new Promise<void>((resolve) => client.once('ready', resolve)),
      once(stop.signal, 'abort').then(() => Promise.reject(unreachable(client, timeoutMs, last))),
    ]);
  } finally {
    clearTimeout(timer);
    client.off('error', remember);
  }
}

function unreachable(client: RedisClient, timeoutMs: number, cause: unknown): AppError {
  const address = clientAddress(client);
  return new AppError(
    'redis-unreachable',
    `Redis at ${address} did not become ready within ${timeoutMs} ms (it is ` +
      `${client.status}); ${distrustOf(cause) ?? 'start it, or set the URL of one that runs'}`,
    { retryable: true, cause, details: { address, timeoutMs } },
  );
}
