import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../kernel/index.ts';
import type { Crew } from './crew.ts';
import type { ServerProgram } from './find-servers.ts';
import { findProgram, type Places } from './find-servers.ts';
import { type Home, readJson, textField, writeJson } from './home.ts';
import type { Screen } from './screen.ts';

export interface DatabaseFiles {
  readonly data: string;
  /** Its own: a MariaDB that starts deletes what it takes for leftovers, of every other as well. */
  readonly temporary: string;
  /** Which server these files belong to. */
  readonly madeBy: string;
}

export function databaseFiles(home: Home): DatabaseFiles {
  return {
    data: path.join(home.database, 'data'),
    temporary: path.join(home.database, 'temporary'),
    madeBy: path.join(home.database, 'made-by.json'),
  };
}

export interface DatabaseCreation {
  readonly home: Home;
  readonly server: ServerProgram;
  readonly places: Places;
  /** Of the size that the server will want, or it would be made twice. */
  readonly logFileArgs: readonly string[];
  readonly crew: Crew;
  readonly screen: Screen;
}

/** Makes the data directory on the first start; files of another server are moved aside. */
export async function prepareDatabaseFiles(creation: DatabaseCreation): Promise<void> {
  const { home, server, screen } = creation;
  const files = databaseFiles(home);
  const former = existsSync(files.data) ? readMadeBy(files.madeBy) : null;
  if (former && !canRead(server, former)) {
    const aside = moveAside(home, former);
    screen.say(
      `the database files in ${home.database} were written by ${nameOf(former)}, which ` +
        `${nameOf(server)} cannot take over: they are kept in ${aside}, a new database is made`,
    );
  }
  mkdirSync(files.temporary, { recursive: true, mode: 0o700 });
  if (!existsSync(files.data)) {
    await screen.during('creating the database, on the first start only', create(creation));
  }
  writeJson(files.madeBy, { flavour: server.flavour, version: server.version });
}

interface MadeBy {
  readonly flavour: string;
  readonly version: string;
}

const nameOf = ({ flavour, version }: MadeBy) => `${flavour} ${version}`;

function readMadeBy(file: string): MadeBy | null {
  const known = readJson(file);
  const flavour = textField(known, 'flavour');
  const version = textField(known, 'version');
  return flavour && version ? { flavour, version } : null;
}

/** Servers upgrade files within one major version by themselves, and none can read newer ones. */
export function canRead(server: MadeBy, files: MadeBy): boolean {
  if (server.flavour !== files.flavour) return false;
  const [major = 0, minor = 0] = server.version.split('.').map(Number);
  const [filesMajor = 0, filesMinor = 0] = files.version.split('.').map(Number);
  return major === filesMajor && minor >= filesMinor;
}

function moveAside(home: Home, former: MadeBy): string {
  const name = `${home.database}-of-${former.flavour.toLowerCase()}-${former.version}`;
  let aside = name;
  for (let number = 2; existsSync(aside); number += 1) aside = `${name}-${number}`;
  renameSync(home.database, aside);
  mkdirSync(home.database, { mode: 0o700 });
  return aside;
}

/** Made beside its place and moved in when whole: a start cut off leaves no half database. */
async function create(creation: DatabaseCreation): Promise<void> {
  const { home, crew } = creation;
  const fresh = `${databaseFiles(home).data}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const program = crew.startServer({
    name: 'database creation',
    logFile: path.join(home.logs, 'database-creation.log'),
    ...creationCall(creation, fresh),
  });
  const { code, how } = await program.exited;
  if (code !== 0 || !existsSync(fresh) || readdirSync(fresh).length === 0) {
    throw new AppError(
      'database-not-created',
      `the database could not be created (${how}); the end of ${program.logFile}:\n` +
        `${program.lastWords()}${confinementHint(creation.server)}`,
    );
  }
  renameSync(fresh, databaseFiles(home).data);
}

function creationCall(
  { home, server, places, logFileArgs }: DatabaseCreation,
  folder: string,
): { command: string; args: string[] } {
  const temporary = `--tmpdir=${databaseFiles(home).temporary}`;
  const common = [`--datadir=${folder}`, temporary, ...logFileArgs, ...asRoot()];
  if (server.flavour === 'MySQL') {
    return { command: server.command, args: ['--no-defaults', '--initialize-insecure', ...common] };
  }
  const beside = path.join(path.dirname(server.command), '..');
  const around = [path.join(beside, 'bin'), path.join(beside, 'scripts'), ...places];
  const command = findProgram(['mariadb-install-db', 'mysql_install_db'], around);
  if (!command) {
    throw new AppError(
      'database-not-created',
      `${server.command} is there, but not mariadb-install-db, which creates its first files; ` +
        'on Debian and Ubuntu both are in mariadb-server-core',
    );
  }
  const flags = [
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
  ];
  return { command, args: ['--no-defaults', ...common, ...flags] };
}

/** Run as root, the servers refuse to work unless told that root is meant. */
export function asRoot(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

const CONFINEMENT = '/etc/apparmor.d/usr.sbin.mysqld';

function confinementHint({ flavour }: ServerProgram): string {
  if (flavour !== 'MySQL' || !existsSync(CONFINEMENT)) return '';
  return (
    `\n\nAppArmor (${CONFINEMENT}) may keep mysqld out of this folder. Use MariaDB, or your own ` +
    'server by HOLDFAST_DATABASE_URL.'
  );
}
