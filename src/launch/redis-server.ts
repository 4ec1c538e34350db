import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { redisGreeting } from './answering-port.ts';
import type { ServerProgram } from './find-servers.ts';
import { type ServerFloor, startOnPort } from './server-floor.ts';

const STARTING_MS = 60_000;

export interface RedisNode {
  /** Such as `queue Redis`. */
  readonly name: string;
  /** Such as `queue`: names the folder and the log. */
  readonly folder: string;
}

/** Starts one Redis and answers its port. */
export async function startRedis(
  floor: ServerFloor,
  server: ServerProgram,
  node: RedisNode,
  wantedPort: number,
): Promise<number> {
  const folder = path.join(floor.home.redis, node.folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return startOnPort(floor, wantedPort, {
    name: node.name,
    startingMs: STARTING_MS,
    greeting: redisGreeting,
    logFile: path.join(floor.home.logs, `${node.folder}.log`),
    command: redisCommandIn(floor.home.redis, server),
    args: (port) => redisArgs(folder, port, floor.use.durable),
  });
}

/** No snapshots beside the log of writes, and never an eviction: a dropped key is a lost job. */
export function redisArgs(folder: string, port: number, durable: boolean): string[] {
  const settings: readonly (readonly [string, string])[] = [
    ['--port', String(port)],
    ['--bind', '127.0.0.1'],
    ['--protected-mode', 'yes'],
    ['--daemonize', 'no'],
    ['--dir', folder],
    ['--save', ''],
    ['--appendonly', 'yes'],
    ['--appendfsync', durable ? 'everysec' : 'no'],
    ['--maxmemory-policy', 'noeviction'],
  ];
  return settings.flat();
}

/** The program decides by the name it is called by whether it serves or checks files. */
export function redisCommandIn(folder: string, { command, flavour }: ServerProgram): string {
  if (path.basename(command).endsWith('-server')) return command;
  const alias = path.join(folder, `${flavour.toLowerCase()}-server`);
  const isThere = lstatSync(alias, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (isThere && readlinkSync(alias) === command) return alias;
  rmSync(alias, { force: true });
  symlinkSync(command, alias);
  return alias;
}
