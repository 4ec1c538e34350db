import type { ClusterOptions, RedisOptions } from 'ioredis';

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

/**
 * A master that went silent is not noticed by its clients, whose connections stay open: the
 * sentinels tell of the new one. An old master that wakes up refuses writes as soon as it knows,
 * and is then left.
 */
export function sentinelOptions(settings: ClientOptions): ClientOptions {
  return {
    ...settings,
    failoverDetector: true,
    sentinelRetryStrategy: (attempt) => Math.min(100 * attempt, 500),
    reconnectOnError: ({ message }) => (LEAVE.test(message) ? 2 : false),
  };
}

const LEAVE = /^(READONLY|MASTERDOWN|UNBLOCKED)/;

/** Who has which keys is asked every second: a frozen server says nothing of its successor. */
export function clusterOptions(role: RedisRole): Omit<ClusterOptions, 'redisOptions'> {
  return {
    enableOfflineQueue: roleOptions[role].enableOfflineQueue ?? true,
    slotsRefreshInterval: 1000,
    slotsRefreshTimeout: 1000,
    clusterRetryStrategy: (attempt) => Math.min(100 * attempt, 1000),
    retryDelayOnFailover: 200,
    retryDelayOnClusterDown: 200,
    // Who waits for an answer is told within seconds; a worker tries on until there is a master.
    maxRedirections: role === 'producer' ? 10 : 64,
  };
}
