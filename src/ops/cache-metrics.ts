import { Counter, type Registry } from 'prom-client';
import type { CacheStats } from '../cache/index.ts';
import type { MetricPart } from './metric-part.ts';

/** What the cache of this process has answered, and what it had to load. */
export function cacheMetrics(registry: Registry, stats: CacheStats): MetricPart {
  const registers = [registry];
  const answers: Counter = new Counter({
    name: 'holdfast_cache_answers_total',
    help: 'Keys asked of the cache, by where the answer was: near, shared, stale, filter, none',
    labelNames: ['from'],
    registers,
    collect: () => {
      answers.reset();
      answers.inc({ from: 'near' }, stats.nearHits);
      answers.inc({ from: 'shared' }, stats.hits);
      answers.inc({ from: 'stale' }, stats.staleHits);
      answers.inc({ from: 'filter' }, stats.filtered);
      answers.inc({ from: 'none' }, stats.misses - stats.filtered);
    },
  });
  for (const [name, help, read] of COUNTED) {
    const counter: Counter = new Counter({
      name: `holdfast_cache_${name}_total`,
      help,
      registers,
      collect: () => {
        counter.reset();
        counter.inc(read(stats));
      },
    });
  }
  return { name: 'cache' };
}

const COUNTED: readonly [name: string, help: string, read: (stats: CacheStats) => number][] = [
  ['loads', 'Times the source was asked, however many keys at once', ({ loads }) => loads],
  ['coalesced', 'Keys that waited for a load of somebody else', ({ coalesced }) => coalesced],
  ['failures', 'Times the shared cache did not answer', ({ failures }) => failures],
];
