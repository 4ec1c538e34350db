import type { Registry } from 'prom-client';
import { quorumOf } from './lock-health.ts';
import { gaugeOf, type MetricPart, shownFrom } from './metric-part.ts';
import type { Readings } from './readings.ts';

export function lockMetrics(registry: Registry, { locks }: Readings): MetricPart {
  const up = gaugeOf(registry, 'holdfast_lock_nodes_up', 'Lock nodes whose vote counts now');
  const needed = gaugeOf(registry, 'holdfast_lock_nodes_needed', 'Lock nodes that make a quorum');
  return shownFrom('locks', locks, [up, needed], (nodes) => {
    const quorum = quorumOf(nodes);
    up.set(quorum.up);
    needed.set(quorum.needed);
  });
}
