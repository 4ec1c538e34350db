import type { LockEntry, RetrySettings } from './lock-load.ts';

export interface LockServers {
  /** The nodes of the quorum; the first is the single Redis as well. */
  readonly redis: readonly string[];
  readonly databaseUrl: string;
  /** Undefined: not on this machine. */
  readonly etcd: string | undefined;
  readonly zookeeper: string | undefined;
}

export const FIVE = '5 redis';
export const OURS: readonly string[] = [FIVE, '1 redis', 'mysql', 'etcd', 'zookeeper', 'memory'];

/** All that are measured. The packages use the same nodes, on connections of their own. */
export function lockEntries(servers: LockServers): LockEntry[] {
  const { redis, databaseUrl, etcd, zookeeper } = servers;
  const ours = (name: string, urls: readonly (string | undefined)[], more = {}): LockEntry[] => {
    const there = urls.filter((url) => url !== undefined);
    return there.length === 0 ? [] : [{ name, library: 'holdfast', urls: there, ...more }];
  };
  return [
    ...ours(FIVE, redis),
    { name: 'redlock', library: 'redlock', urls: redis },
    { name: 'sesamecare redlock', library: '@sesamecare-oss/redlock', urls: redis },
    { name: 'redis-semaphore', library: 'redis-semaphore', urls: redis },
    ...ours('1 redis', redis.slice(0, 1)),
    ...ours('mysql', ['mysql:'], { databaseUrl }),
    ...ours('etcd', [etcd]),
    ...ours('zookeeper', [zookeeper]),
    ...ours('memory', ['memory:bench'], { oneProcess: true }),
  ];
}

const DELAYS_MS = [1, 10, 50];
/** The defaults of both packages. */
const JITTER_MS = 100;
const COUNT = 10;

/**
 * Packages that ask again and again are tried with each of these. Without end is how one waits
 * with them, but what an attempt got from a few nodes then keeps out everybody, and itself, for a
 * ttl; a bounded number of retries gives it back in between.
 */
export const RETRIES: readonly RetrySettings[] = DELAYS_MS.flatMap((delayMs) => [
  { delayMs, jitterMs: JITTER_MS, count: -1 },
  { delayMs, jitterMs: delayMs, count: COUNT },
]);

export function isRedlock({ library }: LockEntry): boolean {
  return library === 'redlock' || library === '@sesamecare-oss/redlock';
}
