import { AppError } from '../kernel/index.ts';
import { RedisQuorum } from './backends/redis-quorum.ts';
import { FencedLocks } from './fenced-locks.ts';
import type { Locks, LocksOptions } from './lock.ts';
import type { LockBackend } from './lock-backend.ts';

const LONG_HOLD_MS = 60_000;

/** The locks kept where the URLs say. Connects in the background; answers at once. */
export function createLocks(options: LocksOptions): Locks {
  const { ttlMs, clock, logger, maxHoldMs = Math.max(LONG_HOLD_MS, 6 * ttlMs) } = options;
  return new FencedLocks(backendFor(options), { ttlMs, maxHoldMs, clock, logger });
}

function backendFor(options: LocksOptions): LockBackend {
  const schemes = new Set(options.urls.map(schemeOf));
  schemes.delete('redis');
  schemes.delete('rediss');
  if (options.urls.length > 0 && schemes.size === 0) return new RedisQuorum(options);
  const found = options.urls.length === 0 ? 'none' : [...schemes].join(', ');
  throw new AppError(
    'lock-backend-unknown',
    `URLs of lock servers were asked for, found was ${found}; allowed is one redis:// or ` +
      'rediss:// URL (a single node), or several of independent servers (a quorum)',
    { details: { found } },
  );
}

function schemeOf(url: string): string {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase() ?? 'no scheme';
}
