import { messageOf } from '../kernel/index.ts';
import { redisPlace } from '../redis/index.ts';
import type { Settings } from './settings.ts';

export interface RedisSetting {
  readonly redisUrl: string;
  /** What whoever runs this should know of how the setting was read. */
  readonly notes: readonly string[];
}

const URL_NAME = 'HOLDFAST_REDIS_URL';

/**
 * Where the queues are. Without a word of ours the names are understood that a master behind
 * sentinels commonly has in deployments; a system that runs here comes last.
 */
export function redisFrom(
  from: Settings,
  running: string | undefined,
  problems: string[],
): RedisSetting {
  const common = from.text(URL_NAME) === undefined ? fromCommonNames(from, problems) : undefined;
  if (common === 'incomplete') return { redisUrl: '', notes: [] };
  const url = from.text(URL_NAME) ?? common?.redisUrl ?? running;
  if (url === undefined) {
    problems.push(
      `${URL_NAME} is not set and no system runs here; start one with npm start, or name a server`,
    );
    return { redisUrl: '', notes: [] };
  }
  try {
    redisPlace(url);
    return { redisUrl: url, notes: common?.notes ?? [] };
  } catch (error) {
    problems.push(`${common ? 'REDIS_SENTINEL_ADDRS' : URL_NAME}: ${messageOf(error)}`);
    return { redisUrl: '', notes: [] };
  }
}

function fromCommonNames(
  from: Settings,
  problems: string[],
): RedisSetting | 'incomplete' | undefined {
  const addresses = from.text('REDIS_SENTINEL_ADDRS');
  const master = from.text('REDIS_SENTINEL_MASTER_NAME');
  if (addresses === undefined && master === undefined) return undefined;
  if (addresses === undefined || master === undefined) {
    problems.push(
      'REDIS_SENTINEL_ADDRS and REDIS_SENTINEL_MASTER_NAME belong together, and one of them is ' +
        `not set; set both, or ${URL_NAME}`,
    );
    return 'incomplete';
  }
  const password = from.text('REDIS_PASSWORD');
  const access = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  const hosts = addresses.replaceAll(/\s+/g, '');
  const pool = ['REDIS_POOL_SIZE', 'REDIS_MIN_IDLE_CONNS'].filter((name) => from.text(name));
  return {
    redisUrl: `redis+sentinel://${access}${hosts}/${encodeURIComponent(master)}`,
    notes: [
      `the queue Redis is the one of REDIS_SENTINEL_ADDRS, since ${URL_NAME} is not set`,
      ...pool.map((name) => `${name} changes nothing: each use has one connection, without a pool`),
    ],
  };
}

/** All keys of the queues must be in one slot of a cluster. */
export function checkPrefix(redisUrl: string, prefix: string, problems: string[]): void {
  if (redisUrl === '' || redisPlace(redisUrl).kind !== 'cluster' || /\{[^{}]+\}/.test(prefix))
    return;
  problems.push(
    `HOLDFAST_QUEUE_PREFIX is ${prefix}, allowed with a Redis Cluster is one with a {hash tag}`,
  );
}
