import type { Config } from '../app/index.ts';
import { present, systemClock } from '../kernel/index.ts';
import { type Check, check } from './check.ts';
import { quietLogger } from './error-text.ts';
import { replicaReads } from './replica-session.ts';

/** What reads of the catalogue look at, and nothing that is anybody's secret. */
const TABLES = [
  'banners',
  'brand_categories',
  'brands',
  'categories',
  'goods',
  'knex_migrations',
] as const;
const OF_A_TABLE = new RegExp(`^GRANT SELECT ON \\S+\\.[\`"]?(?:${TABLES.join('|')})[\`"]? TO `);
const NO_RIGHT = /^GRANT USAGE ON /;

/** Nothing where none was named: it is not needed. */
export async function examineReplica(config: Config): Promise<readonly Check[]> {
  if (config.replicaUrl === null) return [];
  const { openDatabase, readServerSettings, unreadableOf } = await import('../mysql/index.ts');
  const options = { tls: config.tls, logger: quietLogger, poolSize: 1 };
  const database = openDatabase({ ...options, url: config.replicaUrl });
  try {
    const { version, variables, grants } = await readServerSettings(database, ['read_only']);
    const isReadOnly = variables.get('read_only') === 'ON';
    const more = grants.filter((grant) => !OF_A_TABLE.test(grant) && !NO_RIGHT.test(grant));
    const unread = await unreadableOf(database, TABLES);
    const found = more.length > 0 ? 'more than it needs' : 'SELECT on tables of the catalogue';
    return [
      check('replica', true, version, ''),
      check(
        'replica is read-only',
        isReadOnly,
        isReadOnly ? 'read_only' : 'it takes writes',
        'set read_only = 1 there, or a write by mistake makes it another database',
      ),
      check(
        'rights on the replica',
        more.length === 0 && unread.length === 0,
        unread.length > 0 ? `may not read ${unread.join(', ')}` : found,
        `grant its account SELECT on ${TABLES.join(', ')}, and nothing else`,
      ),
      await examineAge(config),
    ];
  } finally {
    await database.close();
  }
}

/** Held against the primary, as the doors do: what a replica says of itself it may not know. */
async function examineAge(config: Config): Promise<Check> {
  const { BEHIND_MS, openDatabase } = await import('../mysql/index.ts');
  const options = { tls: config.tls, logger: quietLogger, poolSize: 1 };
  const primary = openDatabase({ ...options, url: config.databaseUrl });
  const reads = present(await replicaReads(config, primary), 'the replica that was named');
  try {
    const startMs = systemClock.monotonicMs();
    const isThere = await reads.hasAllOfNow(BEHIND_MS);
    const tookMs = Math.round(systemClock.monotonicMs() - startMs);
    return check(
      'replica is up to date',
      isThere,
      isThere
        ? `had all that the primary had within ${tookMs} ms`
        : (reads.trouble ?? `more than ${BEHIND_MS} ms behind`),
      'see SHOW SLAVE STATUS there; until then the primary answers in its place',
    );
  } finally {
    await reads.close();
    await primary.close();
  }
}
