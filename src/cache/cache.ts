import type { Clock, Logger, Random, TlsTrust } from '../kernel/index.ts';
import { type CacheStats, noStats } from './cache-stats.ts';
import type { CacheKind } from './entry.ts';
import { type FilterSource, SharedFilter } from './shared-filter.ts';
import { NearLayer } from './near-layer.ts';
import { type Held, keyOf, type Load, type MayBeThere, ReadThrough } from './read-through.ts';
import { SharedLayer } from './shared-layer.ts';

/**
 * Answers that were given a moment ago, for those who only look. Nothing that decides may ask it:
 * what it answers was true once.
 */
export interface Cache {
  readonly stats: CacheStats;
  getOrSet<T>(kind: CacheKind, id: string, load: () => Promise<T | null>): Promise<Held<T>>;
  /** The same for many at once: one trip to the shared cache, one load for all that is missing. */
  getOrSetMany<T>(
    kind: CacheKind,
    ids: readonly string[],
    load: Load<T>,
    mayBeThere?: MayBeThere,
  ): Promise<ReadonlyMap<string, Held<T>>>;
  /**
   * To be called when a change has been committed, never before. False when the shared cache could
   * not be told: others may see what was there until its life is over.
   */
  forget(kind: CacheKind, ids: readonly string[]): Promise<boolean>;
  /** Null without a shared cache: what one process knows says nothing of what others have added. */
  filter(source: FilterSource): SharedFilter | null;
  close(): void;
}

export interface CacheOptions {
  /** A Redis that is the cache's own; null: each process remembers for itself alone. */
  readonly url: string | null;
  readonly tls?: TlsTrust;
  readonly name: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** How many answers this process remembers. Default 10,000; 0 remembers none. */
  readonly nearRoom?: number;
  /** How long the shared cache is waited for; later the source itself is as quick. Default 250. */
  readonly answerMs?: number;
}

export function openCache(options: CacheOptions): Cache {
  const { url, tls = {}, name, logger, clock, random, nearRoom = 10_000, answerMs = 250 } = options;
  const stats = noStats();
  const near = new NearLayer(clock, nearRoom);
  const shared =
    url === null ? null : new SharedLayer({ url, tls, name, logger, clock, stats, answerMs });
  const through = new ReadThrough({ near, shared, stats, clock, random, logger });
  return {
    stats,
    getOrSet: async <T>(kind: CacheKind, id: string, load: () => Promise<T | null>) => {
      const found = await through.read({ kind, load: loadOne(id, load), mayBeThere: undefined }, [
        id,
      ]);
      return found.get(id) as Held<T>;
    },
    getOrSetMany: async <T>(
      kind: CacheKind,
      ids: readonly string[],
      load: Load<T>,
      mayBeThere?: MayBeThere,
    ) => (await through.read({ kind, load, mayBeThere }, ids)) as Map<string, Held<T>>,
    forget: async (kind, ids) => {
      through.forgetNear(kind, ids);
      return shared ? await shared.drop(ids.map((id) => keyOf(kind, id))) : true;
    },
    filter: (source) => (shared ? new SharedFilter({ ...source, shared, logger, clock }) : null),
    close: () => shared?.close(),
  };
}

function loadOne<T>(id: string, load: () => Promise<T | null>): Load<T> {
  return async () => {
    const value = await load();
    return value === null ? new Map() : new Map([[id, value]]);
  };
}
