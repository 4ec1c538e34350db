import { noStats } from '../../src/cache/cache-stats.ts';
import { type Clock, randomName, systemClock } from '../../src/kernel/index.ts';
import type { Locks } from '../../src/locks/index.ts';
import { readsOfPrimary } from '../../src/mysql/index.ts';
import { createOps, type Ops } from '../../src/ops/index.ts';
import { openQueues, type Queues } from '../../src/queues/index.ts';
import { connectRedis, type RedisClient } from '../../src/redis/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { testServers } from './environment.ts';
import { locksOn } from './lock-room.ts';
import { type SagaFixture, sagaFixture } from './saga-fixture.ts';

/** A process as the ops room sees it: a saga, its queues, its locks, and what watches them. */
export interface OpsFixture {
  readonly fixture: SagaFixture;
  readonly queues: Queues;
  readonly locks: Locks;
  readonly ops: Ops;
  readonly redis: RedisClient;
  readonly queuePrefix: string;
  readonly clock: { jump(ms: number): void };
  close(): Promise<void>;
}

export interface OpsFixtureOptions {
  readonly redisUrl?: string;
  readonly lockUrls?: readonly string[];
  /** Its saga takes locks, as it does in a process. */
  readonly isLocking?: boolean;
  /** Another way for its probes to the database of the fixture. */
  readonly throughDatabase?: (url: string) => string;
}

/** The system's clock, set to later by hand. */
class LateClock implements Clock {
  private lateMs = 0;

  now(): ReturnType<Clock['now']> {
    return systemClock.now().plus(this.lateMs);
  }

  monotonicMs(): number {
    return systemClock.monotonicMs();
  }

  wallMs(): number {
    return systemClock.wallMs() + this.lateMs;
  }

  jump(ms: number): void {
    this.lateMs += ms;
  }
}

export async function opsFixture(options: OpsFixtureOptions = {}): Promise<OpsFixture> {
  const { redisUrl = testServers().redisUrl, lockUrls = testServers().lockUrls } = options;
  const locks = locksOn(lockUrls);
  const fixture = await sagaFixture(options.isLocking ? { locks } : {});
  const redis = connectRedis(redisUrl, 'producer', { logger: silentLogger, name: 'test-ops' });
  const queuePrefix = `{test-${randomName(6)}}`;
  const queues = openQueues({ connection: redis, prefix: queuePrefix, onError: () => undefined });
  const clock = new LateClock();
  const { throughDatabase = (url: string) => url } = options;
  const ops = createOps({
    database: fixture.database,
    databaseUrl: throughDatabase(fixture.url),
    saga: fixture.saga,
    locks,
    cache: { stats: noStats() },
    reads: readsOfPrimary(fixture.database),
    queues,
    redisUrl,
    queuePrefix,
    sweepMs: 1000,
    logger: silentLogger,
    clock,
  });
  return {
    fixture,
    queues,
    locks,
    ops,
    redis,
    queuePrefix,
    clock,
    close: async () => {
      await ops.close();
      await queues.close();
      await locks.close();
      await fixture.drop();
    },
  };
}
