import { Counter, type Registry } from 'prom-client';
import type { Reads } from '../mysql/index.ts';
import type { MetricPart } from './metric-part.ts';

/** Which server has answered those who look at the catalogue. */
export function readMetrics(registry: Registry, counts: Reads['counts']): MetricPart {
  const reads: Counter = new Counter({
    name: 'holdfast_catalogue_reads_total',
    help: 'Lists and rows of the catalogue read past the cache: primary, replica, fell-back',
    labelNames: ['from'],
    registers: [registry],
    collect: () => {
      reads.reset();
      reads.inc({ from: 'primary' }, counts.primary);
      reads.inc({ from: 'replica' }, counts.replica);
      reads.inc({ from: 'fell-back' }, counts.fellBack);
    },
  });
  return { name: 'reads' };
}
