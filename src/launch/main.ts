import { fileURLToPath } from 'node:url';
import { passedOn, spawnWatched } from './watched-spawn.ts';

/**
 * Runs one mode and ends the process with its exit code.
 *
 * The rest of the launcher is imported late, and the app spawned first: the app's packages take
 * longer to load than the servers take to start, so they are the length of a warm start.
 */
export async function launch(mode: string, args: readonly string[]): Promise<void> {
  // A closed terminal takes our output away. That must not keep us from stopping in good order.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});

  const app = mode === 'start' || mode === 'demo' ? spawnApp() : null;
  const { runMode } = await import('./modes.ts');
  process.exit(await runMode(mode, args, app));
}

const inAppRoom = (name: string) => fileURLToPath(new URL(`../app/${name}`, import.meta.url));

function spawnApp() {
  return spawnWatched({
    file: process.env['HOLDFAST_LAUNCH_APP'] || inAppRoom('run-system.js'),
    early: inAppRoom('system.js'),
    environment: passedOn(process.env),
  });
}
