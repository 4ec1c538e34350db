import { present } from '../../src/kernel/index.ts';
import { findServers, placesToLook } from '../../src/launch/find-servers.ts';
import { redisCommandIn } from '../../src/launch/redis-server.ts';

/** The throw-away servers of this test run, named by whoever started it. */
export interface TestServers {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly lockUrls: readonly string[];
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

export function testServers(): TestServers {
  const url = (name: string): string => {
    const text = present(process.env[name], `${name} (tests are run by npm test, which sets it)`);
    for (const one of text.split(',')) assertLoopback(name, one);
    return text;
  };
  return {
    databaseUrl: url('HOLDFAST_DATABASE_URL'),
    redisUrl: url('HOLDFAST_REDIS_URL'),
    lockUrls: url('HOLDFAST_LOCK_URLS').split(','),
  };
}

/** Tests create, flush and drop: never on a server that is not this machine's own. */
function assertLoopback(name: string, url: string): void {
  const { hostname } = new URL(url);
  if (!LOOPBACK.has(hostname)) {
    throw new Error(`${name} points to ${hostname}; tests run on loopback only`);
  }
}

/** The day on which the crash sweep is to believe itself, when somebody says so. */
export function crashSweepDay(): number | undefined {
  const text = process.env['CRASH_SWEEP_DAY'] ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The Redis program of this machine, as the launcher finds and calls it. */
export async function redisCommand(folder: string): Promise<string> {
  const { redis } = await findServers(placesToLook(process.env, false));
  return redisCommandIn(folder, present(redis, 'a Redis program on this machine'));
}
