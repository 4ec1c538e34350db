export { falseShareOf, type FilterSize, filterSize } from './bloom.ts';
export { type Cache, type CacheOptions, openCache } from './cache.ts';
export type { CacheStats } from './cache-stats.ts';
export type { CacheKind } from './entry.ts';
export type { Held, Load } from './read-through.ts';
export type { FilterSource, SharedFilter } from './shared-filter.ts';
