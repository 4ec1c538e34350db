import type { FoundServers, ServerProgram } from './find-servers.ts';
import { startDatabase } from './database-server.ts';
import { readJson, writeJson } from './home.ts';
import type { LaunchSettings } from './launch-settings.ts';
import { choosePorts } from './free-ports.ts';
import { startRedis } from './redis-server.ts';
import type { ServerFloor } from './server-floor.ts';

/** Where the servers are that the app works with, private or given. */
export interface ServerUrls {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly lockUrls: readonly string[];
}

/** The same, as the app and the tests read it. */
export function serverEnvironment(urls: ServerUrls): Record<string, string> {
  return {
    HOLDFAST_DATABASE_URL: urls.databaseUrl,
    HOLDFAST_REDIS_URL: urls.redisUrl,
    HOLDFAST_LOCK_URLS: urls.lockUrls.join(','),
  };
}

export type GivenServers = Pick<LaunchSettings, 'databaseUrl' | 'redisUrl' | 'lockUrls'>;

export const noGivenServers: GivenServers = { databaseUrl: null, redisUrl: null, lockUrls: null };

const LOCK_NODES = ['lock1', 'lock2', 'lock3', 'lock4', 'lock5'] as const;
const PORT_NAMES = ['database', 'queue', ...LOCK_NODES] as const;
type Ports = Record<(typeof PORT_NAMES)[number], number>;

export interface Needs {
  readonly database: boolean;
  readonly redis: boolean;
}

export function needsOf({ databaseUrl, redisUrl, lockUrls }: GivenServers): Needs {
  return { database: databaseUrl === null, redis: redisUrl === null || lockUrls === null };
}

/** Starts, all at once, what was not given, and tells which server, version, port and files. */
export async function startServers(
  floor: ServerFloor,
  found: FoundServers,
  given: GivenServers,
): Promise<ServerUrls> {
  const wanted = await choosePorts(PORT_NAMES, rememberedPorts(floor), floor.random);
  const ports: Ports = { ...wanted };
  const [databaseUrl, redisUrl, lockUrls] = await Promise.all([
    given.databaseUrl ?? privateDatabase(floor, found.database, ports),
    given.redisUrl ?? privateQueue(floor, found.redis, ports),
    given.lockUrls ?? privateLocks(floor, found.redis, ports),
  ]);
  tellGiven(floor, given);
  writeJson(floor.home.state, { ports });
  return { databaseUrl, redisUrl, lockUrls };
}

function rememberedPorts({ home }: ServerFloor): Record<string, unknown> {
  const state = readJson(home.state) as { ports?: Record<string, unknown> } | null;
  return state?.ports ?? {};
}

async function privateDatabase(
  floor: ServerFloor,
  server: ServerProgram | null,
  ports: Ports,
): Promise<string> {
  const program = foundBefore(server);
  ports.database = await startDatabase(floor, program, ports.database);
  tell(floor, 'database', program, `127.0.0.1:${ports.database}`, floor.home.database);
  const { databasePassword } = floor.secrets;
  return `mysql://holdfast:${databasePassword}@127.0.0.1:${ports.database}/holdfast`;
}

async function privateQueue(
  floor: ServerFloor,
  server: ServerProgram | null,
  ports: Ports,
): Promise<string> {
  const program = foundBefore(server);
  const node = { name: 'queue Redis', folder: 'queue' };
  ports.queue = await startRedis(floor, program, node, ports.queue);
  tell(floor, 'queue', program, `127.0.0.1:${ports.queue}`, `${floor.home.redis}/queue`);
  return redisUrl(ports.queue);
}

async function privateLocks(
  floor: ServerFloor,
  server: ServerProgram | null,
  ports: Ports,
): Promise<string[]> {
  const program = foundBefore(server);
  await Promise.all(
    LOCK_NODES.map(async (folder, index) => {
      const node = { name: `lock Redis ${index + 1}`, folder };
      ports[folder] = await startRedis(floor, program, node, ports[folder]);
    }),
  );
  const numbers = LOCK_NODES.map((name) => ports[name]);
  tell(
    floor,
    '5 lock nodes',
    program,
    `127.0.0.1:${numbers.join(',')}`,
    `${floor.home.redis}/lock*`,
  );
  return numbers.map(redisUrl);
}

const redisUrl = (port: number) => `redis://127.0.0.1:${port}`;

function tell(
  { screen }: ServerFloor,
  word: string,
  { flavour, version, command }: ServerProgram,
  where: string,
  files: string,
): void {
  screen.fact(word, `${flavour} ${version} (${command}) at ${where}, files in ${files}`);
}

function tellGiven({ screen }: ServerFloor, given: GivenServers): void {
  const yours = 'yours, nothing is started';
  if (given.databaseUrl !== null)
    screen.fact('database', `${withoutPassword(given.databaseUrl)} (${yours})`);
  if (given.redisUrl !== null)
    screen.fact('queue', `${withoutPassword(given.redisUrl)} (${yours})`);
  if (given.lockUrls !== null) {
    screen.fact('lock nodes', `${given.lockUrls.map(withoutPassword).join(', ')} (${yours})`);
  }
}

/** For the screen: whoever looks over a shoulder or reads a log of CI must not learn a password. */
export function withoutPassword(url: string): string {
  return url.replace(/^([^/]*\/\/[^:@/]*):.*@/, '$1:***@');
}

function foundBefore(server: ServerProgram | null): ServerProgram {
  if (server === null) throw new Error('a private server is wanted before its program was found');
  return server;
}
