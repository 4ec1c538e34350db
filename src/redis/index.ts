export type { Redis as RedisClient } from 'ioredis';
export { type ConnectOptions, connectRedis } from './connect-redis.ts';
export { defineScripts, type RunScript } from './lua-scripts.ts';
export { assertNoEviction } from './no-eviction.ts';
export { type RedisFacts, redisFacts } from './redis-facts.ts';
export type { RedisRole } from './redis-roles.ts';
export { redisAddress } from './redis-url.ts';
export { whenReady } from './when-ready.ts';
