import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../kernel/index.ts';
import { gaugeOf, type MetricPart, shownFrom } from './metric-part.ts';
import { waitingSeconds } from './queue-health.ts';
import type { Readings } from './readings.ts';

/** The queues and their Redis. Job counts have the name under which BullMQ itself exports them. */
export function queueMetrics(registry: Registry, readings: Readings, clock: Clock): MetricPart[] {
  const registers = [registry];
  const jobs = new Gauge({
    name: 'bullmq_job_count',
    help: 'Jobs in a queue, by state',
    labelNames: ['queue', 'state'],
    registers,
  });
  const oldest = new Gauge({
    name: 'holdfast_queue_oldest_waiting_seconds',
    help: 'How long the oldest waiting job has waited; 0 when none waits',
    labelNames: ['queue'],
    registers,
  });
  const replicas = gaugeOf(registry, 'holdfast_redis_replicas', 'Replicas that are online');
  const up = gaugeOf(registry, 'holdfast_redis_up', 'Whether the Redis of the queues takes writes');
  return [
    shownFrom('queues', readings.queues, [jobs, oldest], (queues) => {
      for (const state of queues) {
        const { queue, counts } = state;
        for (const [name, count] of Object.entries(counts)) jobs.set({ queue, state: name }, count);
        oldest.set({ queue }, waitingSeconds(state, clock));
      }
    }),
    {
      name: 'redis',
      refresh: async () => {
        const found = await readings.redis.read();
        up.set(found.ok && found.value.role === 'master' ? 1 : 0);
        replicas.remove();
        if (found.ok) {
          replicas.set(found.value.replicas.filter(({ state }) => state === 'online').length);
        }
        return found.ok;
      },
    },
  ];
}
