import { Redis } from 'ioredis';
import { QUEUE_NAMES } from '../src/queues/index.ts';
import type { Contender } from './contender.ts';

/** What a measurement put into queues, and what their Redis was sent for it by all. */
export interface QueueTraffic {
  readonly jobs: number;
  readonly commands: number;
}

/** What BullMQ sends. Commands inside of scripts are counted by the server as well: not these. */
const SENT = ['evalsha', 'eval', 'multi', 'exec', 'bzpopmin'];

/** The same contender, with jobs and commands counted from the first add to the last end. */
export function withTraffic(redisUrl: string, prefix: string, contender: Contender): Contender {
  return {
    ...contender,
    measure: async (orders) => {
      const redis = new Redis(redisUrl);
      try {
        const before = await trafficSoFar(redis, prefix);
        const sample = await contender.measure(orders);
        const after = await trafficSoFar(redis, prefix);
        const queues: QueueTraffic = {
          jobs: after.jobs - before.jobs,
          commands: after.commands - before.commands,
        };
        return { ...sample, queues };
      } finally {
        redis.disconnect();
      }
    },
  };
}

async function trafficSoFar(redis: Redis, prefix: string): Promise<QueueTraffic> {
  const stats = await redis.info('commandstats');
  const callsOf = (name: string) =>
    Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0);
  return {
    jobs: await jobsSoFar(redis, prefix),
    commands: SENT.reduce((sum, name) => sum + callsOf(name), 0),
  };
}

/** BullMQ numbers every job that is added, those with an id of their own included. */
export async function jobsSoFar(redis: Redis, prefix: string): Promise<number> {
  const numbers = await redis.mget(QUEUE_NAMES.map((name) => `${prefix}:${name}:id`));
  return numbers.reduce((sum, number) => sum + Number(number ?? 0), 0);
}
