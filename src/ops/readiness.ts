import type { Clock } from '../kernel/index.ts';
import { type DatabaseHealth, databaseHealth } from './database-health.ts';
import { type LockHealth, lockHealth } from './lock-health.ts';
import { type QueueHealth, queueHealth } from './queue-health.ts';
import { Reading } from './reading.ts';
import type { Readings } from './readings.ts';
import { type RedisHealth, redisHealth } from './redis-health.ts';
import { type SweepHealth, sweepHealth } from './sweep-health.ts';

export interface Checks {
  readonly database: DatabaseHealth;
  readonly redis: RedisHealth;
  readonly locks: LockHealth;
  readonly sweep: SweepHealth;
  readonly queues: QueueHealth;
}

/** Not an interface, so that it is a record to those who only pass it on. */
export type Readiness = {
  readonly ready: boolean;
  readonly degraded: boolean;
  readonly checks: Checks;
};

export interface ReadinessParts {
  readonly readings: Readings;
  readonly sweepMs: number;
  readonly clock: Clock;
}

const LIMIT_MS = 1500;
const KEEP_MS = 1000;

/**
 * Asks everything at once. Only what keeps orders from being accepted makes the process unready:
 * the database. Without Redis and without locks orders are accepted, later and slower.
 */
export function createReadiness(parts: ReadinessParts): () => Promise<Readiness> {
  const whole = new Reading({
    ask: () => checkAll(parts),
    limitMs: LIMIT_MS,
    keepMs: () => KEEP_MS,
    clock: parts.clock,
  });
  return async () => {
    const found = await whole.read();
    if (found.ok) return found.value;
    const { ok, ms, error } = found;
    const none = { ok, ms, error };
    const checks = { database: none, redis: none, locks: none, sweep: none, queues: none };
    return { ready: false, degraded: true, checks };
  };
}

async function checkAll({ readings, sweepMs, clock }: ReadinessParts): Promise<Readiness> {
  const [database, redis, locks, sweep, queues] = await Promise.all([
    databaseHealth(readings.database),
    redisHealth(readings.redis),
    lockHealth(readings.locks),
    sweepHealth(readings.sweepLag, sweepMs),
    queueHealth(readings.queues, clock),
  ]);
  const checks = { database, redis, locks, sweep, queues };
  const degraded = Object.values(checks).some(({ ok }) => !ok);
  return { ready: database.ok, degraded, checks };
}
