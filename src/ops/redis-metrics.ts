import { Counter, Histogram, type Registry } from 'prom-client';
import { onOperation } from '../redis/index.ts';
import type { MetricPart } from './metric-part.ts';

const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Every command of every Redis client in this process. */
export function redisMetrics(registry: Registry): MetricPart {
  const operations = new Counter({
    name: 'redis_operations_total',
    help: 'Redis commands answered, by command or script, and whether they failed',
    labelNames: ['operation', 'status'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'redis_operation_duration_seconds',
    help: 'Time from sending a Redis command to its answer; commands that wait are left out',
    labelNames: ['operation'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const close = onOperation(({ name, ms, failed, waits }) => {
    operations.inc({ operation: name, status: failed ? 'error' : 'ok' });
    if (!waits) durations.observe({ operation: name }, ms / 1000);
  });
  return { name: 'redis', close };
}
