import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from './launch-settings.ts';

export interface ServerProgram {
  /** What its maker calls it. */
  readonly flavour: 'MariaDB' | 'MySQL' | 'Redis' | 'Valkey';
  readonly version: string;
  readonly command: string;
}

export interface FoundServers {
  readonly database: ServerProgram | null;
  readonly redis: ServerProgram | null;
  /** Programs that are there but do not say their version, with the reason. */
  readonly broken: readonly string[];
}

/** Where systems and package managers put servers without naming the folder in PATH. */
const USUAL_PLACES = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/bin',
  '/usr/local/bin',
  '/usr/libexec',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/mariadb/bin',
  '/opt/homebrew/opt/mysql/bin',
  '/usr/local/opt/mariadb/bin',
  '/usr/local/opt/mysql/bin',
  '/usr/local/mysql/bin',
  '/opt/local/bin',
];

const DATABASE_NAMES = ['mariadbd', 'mysqld'];
/**
 * Debian's client package holds the whole server under the name of its file checker: called by
 * another name, the same program serves. That needs no service, no user and no port 6379.
 */
const REDIS_NAMES = ['redis-server', 'valkey-server', 'redis-check-rdb', 'valkey-check-rdb'];

export type Places = readonly string[];

export function placesToLook(env: Environment, hideServers: boolean): Places {
  if (hideServers) return [];
  const onPath = (env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder));
  return [...new Set([...onPath, ...USUAL_PLACES])];
}

export async function findServers(places: Places): Promise<FoundServers> {
  const broken: string[] = [];
  const [database, redis] = await Promise.all([
    firstThatRuns(DATABASE_NAMES, places, databaseVersion, broken),
    firstThatRuns(REDIS_NAMES, places, redisVersion, broken),
  ]);
  return { database, redis, broken };
}

export function findProgram(names: readonly string[], places: Places): string | null {
  return candidates(names, places)[0] ?? null;
}

/** By name first: a `mariadbd` anywhere is preferred to a `mysqld`. */
function candidates(names: readonly string[], places: Places): string[] {
  return names.flatMap((name) =>
    places.map((place) => path.join(place, name)).filter(isExecutableFile),
  );
}

function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // not there, or not ours to run: the next place is looked at
  }
}

type VersionReader = (text: string) => Omit<ServerProgram, 'command'> | null;

async function firstThatRuns(
  names: readonly string[],
  places: Places,
  read: VersionReader,
  broken: string[],
): Promise<ServerProgram | null> {
  for (const command of candidates(names, places)) {
    const said = await versionText(command);
    const version = read(said);
    if (version) return { ...version, command };
    broken.push(`${command}: ${said.trim().split('\n')[0] || 'says nothing'}`);
  }
  return null;
}

const ANSWER_MS = 10_000;

function versionText(command: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, ['--version'], { timeout: ANSWER_MS }, (error, stdout, stderr) => {
      resolve(`${stdout}${stderr}` || (error?.message ?? ''));
    });
  });
}

export const databaseVersion: VersionReader = (text) => {
  const maria = /(\d+\.\d+\.\d+)-MariaDB/i.exec(text)?.[1];
  if (maria) return { flavour: 'MariaDB', version: maria };
  const mysql = /Ver (\d+\.\d+\.\d+)/.exec(text)?.[1];
  return mysql ? { flavour: 'MySQL', version: mysql } : null;
};

export const redisVersion: VersionReader = (text) => {
  const version = /(?:v=|-check-rdb )(\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (!version) return null;
  return { flavour: /valkey/i.test(text) ? 'Valkey' : 'Redis', version };
};
