/** Imports built-ins only, so that the app can begin to load before the launcher itself has. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const WATCHED_CHILD = fileURLToPath(new URL('./watched-child.js', import.meta.url));

export interface ProgramCall {
  readonly file: string;
  readonly args?: readonly string[];
  /** A file to load while the servers start; it must do nothing but export. */
  readonly early?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

/**
 * In a session of its own: Ctrl-C must reach it through the launcher, in the right order, and not
 * from the terminal at the same moment as everything else.
 */
export function spawnWatched({
  file,
  args = [],
  early = '-',
  environment,
  nodeArgs = [],
}: ProgramCall): ChildProcess {
  const child = spawn(process.execPath, [...nodeArgs, WATCHED_CHILD, file, early, ...args], {
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  child.on('error', () => {}); // may come before anybody waits for it; a missing pid tells the same
  return child;
}

/**
 * What a program gets of our environment: everything except what speaks to the launcher alone.
 * Addresses of servers are left out, too: the launcher hands them over when the servers are up.
 */
export function passedOn(
  env: Readonly<Record<string, string | undefined>>,
  isDropped: (name: string) => boolean = () => false,
): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !HANDED_OVER.test(entry[0]) && !isDropped(entry[0]),
  );
  return Object.fromEntries(kept);
}

const HANDED_OVER = /^HOLDFAST_(LAUNCH_.*|(DATABASE_URL|REDIS_URL|LOCK_URLS)(_FILE)?)$/;
