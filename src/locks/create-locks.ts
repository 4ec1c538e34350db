import { AppError, type Logger, messageOf, systemClock, systemRandom } from '../kernel/index.ts';
import { DatabaseLocks } from './backends/database-locks.ts';
import { EtcdCluster } from './backends/etcd-cluster.ts';
import { MemoryLocks } from './backends/memory-locks.ts';
import { RedisQuorum } from './backends/redis-quorum.ts';
import { ZooKeeperEnsemble } from './backends/zookeeper-ensemble.ts';
import { FencedLocks } from './fenced-locks.ts';
import type { ClockJump, Locks, LocksOptions } from './lock.ts';
import type { BackendOptions, LockBackend } from './lock-backend.ts';
import { locksOptions } from './lock-options.ts';

const LONG_HOLD_MS = 60_000;

/** By the scheme of the URLs, which all have to be of one kind. */
const backends: Readonly<Record<string, (options: BackendOptions) => LockBackend>> = {
  etcd: (options) => new EtcdCluster(options),
  memory: (options) => new MemoryLocks(options),
  mysql: (options) => new DatabaseLocks(options),
  redis: (options) => new RedisQuorum(options),
  zookeeper: (options) => new ZooKeeperEnsemble(options),
};

/** Schemes that mean another one over a protected line. */
const aliases: Readonly<Record<string, string>> = {
  etcds: 'etcd',
  mysqls: 'mysql',
  rediss: 'redis',
};

/** The locks kept where the URLs say. Connects in the background; answers at once. */
export function createLocks(given: LocksOptions): Locks {
  const options = locksOptions(given);
  const {
    urls,
    databaseUrl,
    tls,
    prefix = 'lock:',
    ttlMs = 10_000,
    attemptTimeoutMs = 500,
    logger = unheard,
    clock = systemClock,
    random = systemRandom,
    maxHoldMs = Math.max(LONG_HOLD_MS, 6 * ttlMs),
  } = options;
  const onClockJump = (jump: ClockJump) => {
    try {
      options.onClockJump?.(jump);
    } catch (error) {
      const facts = { ...jump, handler: 'onClockJump', error: messageOf(error) };
      logger.error('a handler of a lock failed', facts);
    }
  };
  const common = { prefix, ttlMs, attemptTimeoutMs, onClockJump, logger, clock, random };
  const backend = backendFor({ urls, databaseUrl, tls, ...common });
  return new FencedLocks(backend, { ...options, ttlMs, maxHoldMs, clock, logger });
}

function backendFor(options: BackendOptions): LockBackend {
  const schemes = [...new Set(options.urls.map(schemeOf))];
  const [scheme = ''] = schemes;
  const make = schemes.length === 1 && Object.hasOwn(backends, scheme) && backends[scheme];
  if (make) return make(options);
  const found = schemes.join(', ');
  throw new AppError(
    'lock-backend-unknown',
    `URLs of lock servers of one kind were asked for, found was ${found}; ` +
      `allowed is ${Object.keys(backends).join(', ')}`,
    { details: { found } },
  );
}

function schemeOf(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? 'no scheme';
  return aliases[scheme] ?? scheme;
}

const unheard: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  writes: () => false,
  with: () => unheard,
};
