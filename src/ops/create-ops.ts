import type { FastifyPluginAsync } from 'fastify';
import type { Cache } from '../cache/index.ts';
import type { Clock, Logger, TlsTrust } from '../kernel/index.ts';
import type { Locks } from '../locks/index.ts';
import { type Database, openDatabase, type Reads } from '../mysql/index.ts';
import type { Queues } from '../queues/index.ts';
import { connectRedis, type RedisClient } from '../redis/index.ts';
import type { Saga } from '../saga/index.ts';
import type { AuditSeen } from './audit-metrics.ts';
import { createMetrics, type Scrape } from './metrics.ts';
import { type MayAct, queueBoard } from './queue-board.ts';
import { createReadiness, type Readiness } from './readiness.ts';
import { createOverview, type Overview } from './overview.ts';
import { Pulse } from './pulse.ts';
import { createReadings } from './readings.ts';
import { SharedPulse } from './shared-pulse.ts';

export interface OpsParts {
  readonly database: Pick<Database, 'pool'>;
  readonly databaseUrl: string;
  readonly saga: Pick<Saga, 'onCommit' | 'stats'>;
  readonly locks: Pick<Locks, 'inspect' | 'stats'>;
  readonly cache: Pick<Cache, 'stats'>;
  readonly reads: Pick<Reads, 'counts'>;
  readonly queues: Pick<Queues, 'counts' | 'oldestWaitingMs' | 'workers'>;
  readonly redisUrl: string;
  readonly tls?: TlsTrust;
  readonly queuePrefix: string;
  readonly sweepMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** What watches a process from outside: numbers, health, and the board of its queues. */
export interface Ops {
  metrics(): Promise<Scrape>;
  readiness(): Promise<Readiness>;
  /** A plugin for the prefix /queues; who may not act may look. */
  board(mayAct: MayAct): FastifyPluginAsync;
  /** What the console shows, for all who have it open. */
  readonly overview: Omit<Overview, 'auditSeen'>;
  /** To be told of each audit, so that drift is to be seen where alarms look. */
  readonly auditSeen: AuditSeen;
  close(): Promise<void>;
}

/** A link that says nothing for so long is given up: nobody waits for it any more. */
const SILENCE_MS = 3000;

export function createOps(parts: OpsParts): Ops {
  const { locks, queues, logger, clock, tls = {} } = parts;
  const database = openDatabase({
    url: parts.databaseUrl,
    tls,
    logger,
    poolSize: 3,
    silenceMs: SILENCE_MS,
  });
  let client: RedisClient | undefined;
  const redis = (): RedisClient => {
    client ??= connectRedis(parts.redisUrl, 'producer', { logger, name: 'ops', tls });
    return client;
  };
  const readings = createReadings({ database, redis, locks, queues, clock });
  const metrics = createMetrics({ ...parts, readings });
  const readiness = createReadiness({ readings, sweepMs: parts.sweepMs, clock });
  const pulse = new Pulse(parts.saga, clock);
  const shared = new SharedPulse({ ...parts, pulse, redis });
  const overview = createOverview({ database, queues, readings, readiness, shared, clock });
  return {
    metrics: () => metrics.scrape(),
    readiness,
    overview,
    board: queueBoard({ redis, queuePrefix: parts.queuePrefix, logger }),
    auditSeen: (report) => {
      metrics.auditSeen(report);
      overview.auditSeen(report);
    },
    close: async () => {
      metrics.close();
      pulse.close();
      await shared.close();
      client?.disconnect();
      await database.close();
    },
  };
}
