import { Counter, Registry } from 'prom-client';
import { type Clock, type Logger, messageOf } from '../kernel/index.ts';
import type { Database, Reads } from '../mysql/index.ts';
import type { Locks } from '../locks/index.ts';
import type { Saga } from '../saga/index.ts';
import { type AuditSeen, auditMetrics } from './audit-metrics.ts';
import type { Cache } from '../cache/index.ts';
import { cacheMetrics } from './cache-metrics.ts';
import { databaseMetrics } from './database-metrics.ts';
import { lockMetrics } from './lock-metrics.ts';
import type { MetricPart } from './metric-part.ts';
import { processMetrics } from './process-metrics.ts';
import { queueMetrics } from './queue-metrics.ts';
import { readMetrics } from './read-metrics.ts';
import type { Readings } from './readings.ts';
import { redisMetrics } from './redis-metrics.ts';
import { sagaMetrics } from './saga-metrics.ts';

export interface MetricsParts {
  readonly database: Pick<Database, 'pool'>;
  readonly saga: Pick<Saga, 'onCommit' | 'stats'>;
  readonly locks: Pick<Locks, 'stats'>;
  readonly cache: Pick<Cache, 'stats'>;
  readonly reads: Pick<Reads, 'counts'>;
  readonly readings: Readings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a scrape gets, in the text format of Prometheus. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

export interface Metrics {
  scrape(): Promise<Scrape>;
  readonly auditSeen: AuditSeen;
  close(): void;
}

/** Every metric of this process. What cannot be had now is left out, and that is counted. */
export function createMetrics(all: MetricsParts): Metrics {
  const { database, saga, locks, cache, reads, readings, clock, logger } = all;
  const registry = new Registry();
  const errors = new Counter({
    name: 'holdfast_scrape_errors_total',
    help: 'Scrapes that had to leave a part out, by part',
    labelNames: ['part'],
    registers: [registry],
  });
  const parts: readonly MetricPart[] = [
    processMetrics(registry),
    redisMetrics(registry),
    sagaMetrics(registry, saga),
    ...databaseMetrics(registry, database, readings),
    ...queueMetrics(registry, readings, clock),
    lockMetrics(registry, readings, locks),
    cacheMetrics(registry, cache.stats),
    readMetrics(registry, reads.counts),
  ];
  const auditSeen = auditMetrics(registry, clock);
  for (const { name, refresh } of parts) if (refresh) errors.inc({ part: name }, 0);
  const refreshed = async ({ name, refresh }: MetricPart): Promise<void> => {
    try {
      if ((await refresh?.()) === false) errors.inc({ part: name });
    } catch (error) {
      errors.inc({ part: name });
      logger.error('metrics could not be made', { part: name, error: messageOf(error) });
    }
  };
  return {
    scrape: async () => {
      await Promise.all(parts.map(refreshed));
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
    auditSeen,
    close: () => {
      for (const part of parts) part.close?.();
    },
  };
}
