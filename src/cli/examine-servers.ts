import type { Config } from '../app/index.ts';
import { systemClock, systemRandom } from '../kernel/index.ts';
import { quietLogger } from './error-text.ts';
import type { Check } from './check.ts';

const WAIT_MS = 2000;

export async function examineDatabase(config: Config): Promise<Check[]> {
  const { databaseFacts, openDatabase, pendingMigrations } = await import('../mysql/index.ts');
  const { assertPrivileges } = await import('../saga/index.ts');
  const options = { url: config.databaseUrl, tls: config.tls, logger: quietLogger };
  const database = openDatabase({ ...options, poolSize: 1 });
  try {
    const { version, sqlMode, isolation } = await databaseFacts(database);
    const pending = await pendingMigrations(options);
    const schema: Check =
      pending.length === 0
        ? { what: 'schema', ok: true, found: 'up to date' }
        : {
            what: 'schema',
            ok: false,
            found: `${pending.length} migrations to run, first ${pending[0]}`,
            next: 'run: holdfast migrate',
          };
    const locksToo = config.lockUrls.includes('mysql:');
    if (pending.length === 0) await assertPrivileges(database, { locksToo });
    return [
      { what: 'database', ok: true, found: `${version}, ${isolation}` },
      { what: 'sql_mode', ok: true, found: sqlMode },
      schema,
    ];
  } finally {
    await database.close();
  }
}

export async function examineRedis(config: Config): Promise<Check[]> {
  const { connectRedis, redisFacts, whenReady } = await import('../redis/index.ts');
  const client = connectRedis(config.redisUrl, 'producer', {
    logger: quietLogger,
    name: 'doctor',
    tls: config.tls,
  });
  try {
    await whenReady(client, WAIT_MS);
    const { version, evicts, appendOnly, role } = await redisFacts(client);
    return [
      { what: 'redis', ok: true, found: `${version}, ${role}` },
      {
        what: 'redis eviction',
        ok: evicts === 'noeviction' || evicts === null,
        found: evicts ?? 'not told',
        ...(evicts === 'noeviction' ? {} : { next: 'set maxmemory-policy to noeviction' }),
      },
      {
        what: 'redis log',
        ok: true,
        found: appendOnly ? 'append-only file' : 'none: a restart forgets its jobs',
        ...(appendOnly ? {} : { next: 'appendonly yes keeps jobs; orders are safe either way' }),
      },
    ];
  } finally {
    client.disconnect();
  }
}

export async function examineLocks(config: Config): Promise<Check[]> {
  const { lockTls } = await import('../app/index.ts');
  const { createLocks } = await import('../locks/index.ts');
  const locks = createLocks({
    urls: config.lockUrls,
    databaseUrl: config.databaseUrl,
    ...lockTls(config.lockUrls, config.databaseUrl, config.tls),
    prefix: config.lockPrefix,
    ttlMs: config.lockTtlMs,
    logger: quietLogger,
    clock: systemClock,
    random: systemRandom,
  });
  try {
    const [view] = await locks.inspect(['0']); // a name that no goods have
    const nodes = view?.nodes ?? [];
    const away = nodes.filter(({ reachable }) => !reachable).map(({ node }) => node);
    const answering = nodes.length - away.length;
    const isQuorum = answering > nodes.length / 2;
    return [
      {
        what: 'locks',
        ok: away.length === 0,
        found: `${answering} of ${nodes.length} nodes answer${isQuorum ? '' : ', no quorum'}`,
        ...(away.length === 0 ? {} : { next: `start ${away.join(', ')}` }),
      },
    ];
  } finally {
    await locks.close();
  }
}
