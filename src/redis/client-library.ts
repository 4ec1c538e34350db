import { createRequire } from 'node:module';
import type * as Ioredis from 'ioredis';

const require = createRequire(import.meta.url);

/** Loaded by whoever connects first: locks that are kept elsewhere have no use for it. */
export function ioredis(): typeof Ioredis {
  return require('ioredis') as typeof Ioredis;
}

/** One server, or whoever is the master just now, or all masters of a cluster. */
export type RedisClient = Ioredis.Redis | Ioredis.Cluster;
