import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { present } from '../../src/kernel/index.ts';
import { asRoot } from '../../src/launch/database-files.ts';
import { findProgram, findServers } from '../../src/launch/find-servers.ts';
import { redisCommandIn } from '../../src/launch/redis-server.ts';
import { type Database, openDatabase, PinnedSession } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { PrivateProgram } from '../support/private-program.ts';
import { machinePlaces } from '../support/program-environment.ts';
import { freePorts, RedisNode } from '../support/redis-nodes.ts';

export const PASSWORD = 'chaos-password';
const LOCK_NODES = 5;
const REMEMBERING = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy'];

/** Private servers for one run after the other, in memory where there is such a folder. */
export interface ChaosSite {
  readonly databasePort: number;
  readonly database: PrivateProgram;
  readonly queue: RedisNode;
  readonly locks: readonly RedisNode[];
  /** A port that is nobody's, for the door of this site. */
  readonly doorPort: number;
  /** On the server itself, without a database. */
  admin(): Database;
  urlOf(port: number, name: string): string;
  /** Cuts so much off what the queue Redis has written last; it must not run. */
  cutQueueTail(share: number): Promise<number>;
  /** All that the queue Redis has written is gone; it must not run. */
  forgetQueue(): Promise<void>;
  close(): Promise<void>;
}

/**
 * `more` goes to the database, after everything else. In shared memory MariaDB maps its log into
 * itself and forgets nothing when it is killed: one that is to forget is kept elsewhere.
 */
export async function openSite(more: readonly string[] = []): Promise<ChaosSite> {
  const parent = existsSync('/dev/shm') && more.length === 0 ? '/dev/shm' : tmpdir();
  const folder = await mkdtemp(join(parent, 'holdfast-chaos-'));
  try {
    return await siteIn(folder, more);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function siteIn(folder: string, more: readonly string[]): Promise<ChaosSite> {
  const found = await findServers(machinePlaces());
  const [port = 0, door = 0, queuePort = 0, ...lockPorts] = await freePorts(3 + LOCK_NODES);
  const urlOf = (at: number, name: string) =>
    `mysql://holdfast:${PASSWORD}@127.0.0.1:${at}/${name}`;
  const mariadbd = present(found.database, 'a database program on this machine').command;
  const args = await databaseArgs(folder, mariadbd, port);
  const greet = async () => (await PinnedSession.open(urlOf(port, 'mysql'), 1000)).destroy();
  const database = new PrivateProgram(mariadbd, [...args, ...more], greet);
  const command = redisCommandIn(folder, present(found.redis, 'a Redis program'));
  const node = async (at: number, extra: readonly string[]) => {
    const own = join(folder, `redis-${at}`);
    await mkdir(own);
    return new RedisNode(at, own, command, extra);
  };
  const queue = await node(queuePort, [...REMEMBERING, 'noeviction']);
  const locks = await Promise.all(lockPorts.map((at) => node(at, [])));
  const written = join(folder, `redis-${queuePort}`, 'appendonlydir');
  await Promise.all([database.start(), queue.start(), ...locks.map((one) => one.start())]);
  return {
    databasePort: port,
    doorPort: door,
    database,
    queue,
    locks,
    urlOf,
    admin: () => openDatabase({ url: urlOf(port, 'mysql'), logger: silentLogger, poolSize: 2 }),
    cutQueueTail: (share) => cutTail(written, share),
    forgetQueue: () => rm(written, { recursive: true, force: true }),
    close: async () => {
      await Promise.all([database.kill(), queue.stop(), ...locks.map((one) => one.stop())]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function databaseArgs(folder: string, server: string, port: number): Promise<string[]> {
  const inside = (name: string) => join(folder, name);
  await Promise.all(['data', 'temporary'].map((name) => mkdir(inside(name))));
  await writeFile(inside('accounts.sql'), accounts());
  const common = [`--datadir=${inside('data')}`, `--tmpdir=${inside('temporary')}`, ...asRoot()];
  await createDatabase(server, common);
  return [
    '--no-defaults',
    ...common,
    `--init-file=${inside('accounts.sql')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${inside('socket')}`,
    `--pid-file=${inside('pid')}`,
    '--skip-name-resolve',
    '--skip-log-bin',
    '--performance-schema=OFF',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_bin',
    '--default-time-zone=+00:00',
    '--transaction-isolation=READ-COMMITTED',
    '--innodb-buffer-pool-size=64M',
    '--innodb-log-file-size=48M',
    '--innodb-flush-log-at-trx-commit=1',
  ];
}

function accounts(): string {
  return ['localhost', '127.0.0.1']
    .flatMap((host) => [
      `CREATE USER IF NOT EXISTS 'holdfast'@'${host}' IDENTIFIED BY '${PASSWORD}';`,
      `GRANT ALL PRIVILEGES ON *.* TO 'holdfast'@'${host}' WITH GRANT OPTION;`,
    ])
    .join('\n');
}

async function createDatabase(server: string, common: readonly string[]): Promise<void> {
  const around = [join(dirname(server), '..', 'bin'), ...machinePlaces()];
  const command = findProgram(['mariadb-install-db', 'mysql_install_db'], around);
  const child = spawn(
    present(command, 'mariadb-install-db beside the database program'),
    ['--no-defaults', ...common, '--innodb-log-file-size=48M', '--skip-test-db'],
    { stdio: 'ignore' },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the database could not be created: ${code}`);
}

async function cutTail(folder: string, share: number): Promise<number> {
  const name = (await readdir(folder)).find((file) => file.endsWith('.incr.aof'));
  if (name === undefined) return 0;
  const file = join(folder, name);
  const { size } = await stat(file);
  const kept = Math.floor(size * (1 - share));
  await truncate(file, kept);
  return size - kept;
}
