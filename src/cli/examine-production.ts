import type { Config } from '../app/index.ts';
import { isLoopback, systemClock } from '../kernel/index.ts';
import type { RedisFacts, RedisPlace } from '../redis/index.ts';
import { type Check, check } from './check.ts';
import { quietLogger } from './error-text.ts';
import { examineReplica } from './examine-replica.ts';

type Looked = (what: string, look: () => Promise<readonly Check[]>) => Promise<Check[]>;

const WAIT_MS = 2000;
const CLOCKS_APART_MS = 1000;
const LEAST = { mariaDb: [10, 6, 0], mysql: [8, 0, 16], redis: [6, 2, 0] } as const;
const VARIABLES = ['innodb_flush_log_at_trx_commit', 'log_bin', 'sync_binlog', 'wsrep_on'];
const TOO_MUCH = /\b(ALL PRIVILEGES ON \*\.\*|SUPER|FILE|SHUTDOWN|GRANT OPTION)\b/;
const EXAMPLE = /^(laptop-|CHANGE-ME)/;

/** What the checklist for production asks of servers and settings, beside what always is. */
export async function examineProduction(config: Config, looked: Looked): Promise<Check[]> {
  const [database, replica, queue, locks] = await Promise.all([
    looked('production: database', () => examineDurability(config)),
    looked('production: replica', () => examineReplica(config)),
    looked('production: queue Redis', () => examineQueue(config)),
    looked('production: lock nodes', () => examineLockNodes(config)),
  ]);
  return [...database, ...replica, ...queue, ...locks, ...examineAccess(config)];
}

async function examineDurability(config: Config): Promise<readonly Check[]> {
  const { openDatabase, readServerSettings } = await import('../mysql/index.ts');
  const url = config.databaseUrl;
  const database = openDatabase({ url, tls: config.tls, logger: quietLogger, poolSize: 1 });
  try {
    const { version, isMariaDb, nowMs, variables, grants } = await readServerSettings(
      database,
      VARIABLES,
    );
    const least = isMariaDb ? LEAST.mariaDb : LEAST.mysql;
    const of = (name: string) => variables.get(name) ?? 'not told';
    const apartMs = Math.abs(nowMs - systemClock.wallMs());
    const isLogged = of('log_bin') === 'ON';
    const writers = of('wsrep_on') === 'ON' ? 'several' : 'one';
    return [
      check('database version', isAtLeast(version, least), version, `use ${least.join('.')} on`),
      check(
        'every commit on disk',
        of('innodb_flush_log_at_trx_commit') === '1' && (!isLogged || of('sync_binlog') === '1'),
        `innodb_flush_log_at_trx_commit ${of('innodb_flush_log_at_trx_commit')}, ` +
          (isLogged ? `sync_binlog ${of('sync_binlog')}` : 'no binary log'),
        'set innodb_flush_log_at_trx_commit = 1, and sync_binlog = 1 with a binary log',
      ),
      check('one writer', writers === 'one', writers, 'send all writes to one server'),
      check(
        'clocks',
        apartMs < CLOCKS_APART_MS,
        `${Math.round(apartMs)} ms between this machine and the database`,
        'let both keep their time by NTP; holds go by the clock of the database',
      ),
      check(
        'rights of the account',
        !grants.some((grant) => TOO_MUCH.test(grant)),
        grants.some((grant) => TOO_MUCH.test(grant)) ? 'more than it needs' : 'on its database',
        'grant SELECT, INSERT, UPDATE, DELETE on the one database; migrate with another account',
      ),
    ];
  } finally {
    await database.close();
  }
}

async function examineQueue(config: Config): Promise<readonly Check[]> {
  const { redisPlace } = await import('../redis/index.ts');
  const place = redisPlace(config.redisUrl);
  const { version, appendOnly } = await factsOf(config.redisUrl, config);
  return [
    check('queue Redis version', isAtLeast(version, LEAST.redis), version, 'use 6.2 or later'),
    check(
      'queue Redis keeps jobs',
      appendOnly,
      appendOnly ? 'append-only file' : 'nothing is kept',
      'set appendonly yes; else a restart forgets what producers were told is in',
    ),
    check(
      'queue Redis account',
      isGuarded(config.redisUrl, place),
      isGuarded(config.redisUrl, place) ? 'loopback, or with a password' : 'no password',
      'set a password, or an ACL user, and put it into the URL',
    ),
  ];
}

async function examineLockNodes(config: Config): Promise<readonly Check[]> {
  const { lockUrls, redisUrl } = config;
  const nodes = lockUrls.filter((url) => /^rediss?:/i.test(url));
  if (nodes.length === 0) {
    const kept = lockUrls[0]?.split(':')[0] ?? 'nothing';
    const next = 'keep locks where other processes see them';
    return [check('locks', kept !== 'memory', `kept by ${kept}`, next)];
  }
  const { redisAddress, redisPlace } = await import('../redis/index.ts');
  const queue = redisPlace(redisUrl).address.split(',');
  const shared = nodes.map(redisAddress).filter((address) => queue.includes(address));
  const facts = await Promise.all(nodes.map((url) => factsOf(url, config)));
  const durable = facts.filter(
    ({ appendOnly, appendSync }) => appendOnly && (appendSync === 'always' || appendSync === null),
  );
  const untold = durable.filter(({ appendSync }) => appendSync === null).length;
  const copies = facts.filter(({ role }) => role !== 'master').length;
  const versions = [...new Set(facts.map(({ version }) => version))].join(', ');
  return [
    check(
      'lock nodes version',
      facts.every(({ version }) => isAtLeast(version, LEAST.redis)),
      versions,
      'use 6.2 or later: large sets of locks are copied from the first of them',
    ),
    check(
      'lock quorum',
      nodes.length >= 3,
      `${nodes.length} nodes, ${Math.ceil(nodes.length / 2) - 1} may be away`,
      'use three or five, on different machines',
    ),
    check(
      'lock counters on disk',
      durable.length === nodes.length,
      `${durable.length} of ${nodes.length} nodes write before they answer` +
        (untold > 0 ? `; of ${untold}, appendfsync may not be asked` : ''),
      'set appendonly yes and appendfsync always on each lock node',
    ),
    check(
      'lock nodes of their own',
      shared.length === 0 && copies === 0,
      shared.length > 0 ? `${shared.join(', ')} has the queues too` : `${copies} are replicas`,
      'use masters that know nothing of each other and carry nothing else',
    ),
  ];
}

async function factsOf(url: string, { tls }: Config): Promise<RedisFacts> {
  const { connectRedis, redisFacts, whenReady } = await import('../redis/index.ts');
  const client = connectRedis(url, 'producer', { logger: quietLogger, name: 'doctor', tls });
  try {
    await whenReady(client, WAIT_MS);
    return await redisFacts(client);
  } finally {
    client.disconnect();
  }
}

function isGuarded(url: string, place: RedisPlace): boolean {
  if (place.kind !== 'server') {
    return place.password !== undefined || place.hosts.every(({ host }) => isLoopback(host));
  }
  const { hostname, password } = new URL(url);
  return password !== '' || isLoopback(hostname);
}

function examineAccess({ doors }: Config): readonly Check[] {
  const tokens = [...Object.values(doors.tokens).flat(), ...doors.paymentSecrets];
  const examples = tokens.filter((token) => EXAMPLE.test(token)).length;
  const missing = Object.entries(doors.tokens)
    .filter(([, some]) => some.length === 0)
    .map(([role]) => role);
  return [
    check(
      'tokens',
      missing.length === 0 && examples === 0,
      examples > 0 ? `${examples} are those of the examples` : absent(missing),
      'make long random ones, of each role, and of the payment secret',
    ),
    check(
      'who reaches the doors',
      isLoopback(doors.bind) || doors.paymentSecrets.length > 0,
      isLoopback(doors.bind) ? 'this machine alone' : `all of ${doors.bind}`,
      'set HOLDFAST_PAYMENT_SECRETS, and a proxy that ends TLS before the doors',
    ),
  ];
}

function absent(roles: readonly string[]): string {
  return roles.length === 0 ? 'one or more for each role' : `none for ${roles.join(', ')}`;
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
  for (const [index, wanted] of least.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
