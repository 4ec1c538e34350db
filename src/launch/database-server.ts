import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mysqlGreeting } from './answering-port.ts';
import { asRoot, databaseFiles, prepareDatabaseFiles } from './database-files.ts';
import type { ServerProgram } from './find-servers.ts';
import { type Home, writePrivate } from './home.ts';
import type { Secrets } from './launch-secrets.ts';
import { type ServerFloor, startOnPort } from './server-floor.ts';
import type { ServerUse } from './server-use.ts';

const STARTING_MS = 120_000; // reading back a large log after a power cut takes its time

/** Starts the private MariaDB or MySQL and answers its port. */
export async function startDatabase(
  floor: ServerFloor,
  server: ServerProgram,
  wantedPort: number,
): Promise<number> {
  const { home, secrets, use } = floor;
  await prepareDatabaseFiles({ ...floor, server, logFileArgs: logFileArgs(server, use) });
  const firstOrders = path.join(home.database, 'first-orders.sql');
  writePrivate(firstOrders, accountsSql(secrets, use, os.hostname()));
  try {
    return await startOnPort(floor, wantedPort, {
      name: 'database',
      startingMs: STARTING_MS,
      greeting: mysqlGreeting,
      logFile: path.join(home.logs, 'database.log'),
      command: server.command,
      args: (port) => databaseArgs(home, server, use, port, firstOrders),
    });
  } finally {
    rmSync(firstOrders, { force: true }); // it names both passwords, and is written at each start
  }
}

export function databaseArgs(
  home: Home,
  server: ServerProgram,
  use: ServerUse,
  port: number,
  firstOrders: string,
): string[] {
  return [
    '--no-defaults',
    `--datadir=${databaseFiles(home).data}`,
    `--tmpdir=${databaseFiles(home).temporary}`,
    `--init-file=${firstOrders}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${socketOf(home)}`,
    `--pid-file=${path.join(home.database, 'pid')}`,
    '--skip-name-resolve',
    '--skip-log-bin',
    '--performance-schema=OFF',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_bin',
    '--default-time-zone=+00:00',
    '--transaction-isolation=READ-COMMITTED',
    '--max-connections=200',
    '--innodb-buffer-pool-size=256M',
    ...logFileArgs(server, use),
    ...durabilityArgs(use),
    ...(server.flavour === 'MySQL' ? ['--mysqlx=OFF'] : []),
    ...asRoot(),
  ];
}

/** A private server's own choice is 96 MB and more; a benchmark must not wait for checkpoints. */
function logFileArgs({ flavour }: ServerProgram, { purpose }: ServerUse): string[] {
  const size = purpose === 'bench' ? '256M' : '48M';
  if (flavour === 'MariaDB') return [`--innodb-log-file-size=${size}`];
  return [`--loose-innodb-redo-log-capacity=${size}`]; // 8.0.30 and newer; older keep their own
}

function durabilityArgs({ durable }: ServerUse): string[] {
  if (durable) return ['--innodb-flush-log-at-trx-commit=1', '--innodb-doublewrite=1'];
  return ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0'];
}

/** Systems cut the path of a socket after some 104 bytes; then it gets a short name elsewhere. */
const SOCKET_PATH_MAX = 100;

function socketOf(home: Home): string {
  const inside = path.join(home.database, 'socket');
  if (Buffer.byteLength(inside) <= SOCKET_PATH_MAX) return inside;
  const name = createHash('sha256').update(home.folder).digest('hex').slice(0, 12);
  return path.join(os.tmpdir(), `holdfast-${name}.sock`);
}

/**
 * Run by the server before it listens, at every start: the passwords are right even if the file
 * that keeps them was lost. One statement to a line, as older servers want it.
 */
export function accountsSql(secrets: Secrets, { admin }: ServerUse, hostname: string): string {
  const user = ['localhost', '127.0.0.1'].map((host) => `'holdfast'@'${host}'`);
  const password = `IDENTIFIED BY '${secrets.databasePassword}'`;
  const grant = (to: string) =>
    admin
      ? `GRANT ALL PRIVILEGES ON *.* TO ${to} WITH GRANT OPTION;`
      : `GRANT ALL PRIVILEGES ON \`holdfast\`.* TO ${to};`;
  const otherRoots = ['127.0.0.1', '::1', hostname].map((host) => `'root'@'${quoted(host)}'`);
  return [
    'CREATE DATABASE IF NOT EXISTS `holdfast` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;',
    ...user.flatMap((name) => [
      `CREATE USER IF NOT EXISTS ${name} ${password};`,
      `ALTER USER ${name} ${password};`,
      grant(name),
    ]),
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${secrets.databaseRootPassword}';`,
    `DROP USER IF EXISTS ${otherRoots.join(', ')};`,
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return text.replace(/[^\w.:-]/g, '');
}
