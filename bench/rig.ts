import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { Config } from '../src/app/index.ts';
import { AppError } from '../src/kernel/index.ts';
import { type Database, migrateUp, openDatabase } from '../src/mysql/index.ts';
import { openQueues, type Queues } from '../src/queues/index.ts';
import { connectRedis } from '../src/redis/index.ts';
import { silentLogger } from '../src/telemetry/index.ts';
import { type CountedDatabase, counted } from './counted-database.ts';
import type { Pids } from './cpu-clock.ts';
import { databaseFacts, tableCount } from './server-store.ts';

/** What every measurement stands on: the servers, the driver's own ways to them, and their pids. */
export interface Rig {
  readonly config: Config;
  readonly database: Database;
  /** The same database; counts what the driver asks. */
  readonly counted: CountedDatabase;
  readonly queues: Queues;
  readonly serverPids: Omit<Pids, 'worker' | 'driver'>;
  readonly versions: { readonly database: string; readonly redis: string };
  close(): Promise<void>;
}

export async function openRig(config: Config): Promise<Rig> {
  const database = openDatabase({ url: config.databaseUrl, logger: silentLogger });
  await assertEmpty(database);
  await migrateUp({ url: config.databaseUrl, logger: silentLogger });
  const { version, pidFile } = await databaseFacts(database);
  const queueRedis = await redisFacts(config.redisUrl);
  const lockNodes = await Promise.all(config.lockUrls.map(redisFacts));
  const queues = openQueues({
    connection: connectRedis(config.redisUrl, 'producer', {
      logger: silentLogger,
      name: 'bench-driver',
    }),
    prefix: config.queuePrefix,
    onError: (error) => process.stderr.write(`queues: ${error.message}\n`),
  });
  await queues.ready(5000);
  return {
    config,
    database,
    counted: counted(database),
    queues,
    serverPids: {
      database: pidIn(pidFile),
      queueRedis: [queueRedis.pid],
      lockNodes: lockNodes.map(({ pid }) => pid),
    },
    versions: { database: version, redis: queueRedis.version },
    close: async () => {
      await queues.close();
      await database.close();
    },
  };
}

/** A benchmark writes thousands of orders: never into a database that somebody uses. */
async function assertEmpty(database: Database): Promise<void> {
  const tables = await tableCount(database);
  if (tables === 0) return;
  throw new AppError(
    'database-in-use',
    `the database has ${tables} tables, allowed is an empty one; npm run bench brings its own`,
  );
}

/** Answers no pid for a server on another machine, whose file is not here. */
function pidIn(file: string): number[] {
  try {
    return [Number(readFileSync(file, 'utf8'))];
  } catch {
    // The table then shows no processor time of the database; nothing else depends on it.
    return [];
  }
}

async function redisFacts(url: string): Promise<{ pid: number; version: string }> {
  const client = new Redis(url);
  try {
    const info = await client.info('server');
    const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? '';
    return { pid: Number(field('process_id')), version: field('redis_version') };
  } finally {
    client.disconnect();
  }
}
