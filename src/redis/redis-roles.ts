import type { RedisOptions } from 'ioredis';

/** The shape of replies is not ours to change: BullMQ and the scripts read them as they are. */
export type ClientOptions = Omit<RedisOptions, 'replyMapping'>;

/**
 * What a connection is for decides how it fails.
 *
 * - `producer`: somebody waits for the answer, so it fails within seconds rather than queueing up.
 * - `worker`: waits for ever, but notices a server that went silent. It must never have a command
 *   timeout: that would break the blocking reads of a worker.
 * - `lock`: a command that was sent is never sent again. A `SET NX` whose reply was lost would be
 *   refused the second time although the lock is ours.
 * - `subscriber`: only listens. Whoever has it subscribes at every `ready`: ioredis would do so by
 *   itself, but nobody would hear of it when that fails, and the process would end.
 */
export type RedisRole = 'producer' | 'worker' | 'lock' | 'subscriber';

const common: ClientOptions = {
  connectTimeout: 2000,
  keepAlive: 5000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt - 1, 10), 1000),
};

export const roleOptions: Readonly<Record<RedisRole, ClientOptions>> = {
  producer: {
    ...common,
    commandTimeout: 2000,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
  },
  // Longer than the longest blocking read, or an idle worker would reconnect all day.
  worker: { ...common, maxRetriesPerRequest: null, socketTimeout: 30_000 },
  // No retries also means that a dropped connection settles what was in flight at once.
  lock: {
    ...common,
    commandTimeout: 1000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  },
  subscriber: { ...common, maxRetriesPerRequest: null, autoResubscribe: false },
};
