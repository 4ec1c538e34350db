/**
 * The first thing that runs in each program that the launcher starts:
 * `node watched-child.js <file> <what to load early, or -> [args]`.
 *
 * Most of a program's start is loading its packages, and that needs no server: so it begins here
 * while the servers start, and the program itself runs when the launcher says go.
 *
 * It imports nothing of the project, or its own loading would come before the other.
 */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [, , file = '', early = '-', ...args] = process.argv;

/** A program that neither finishes nor stops by itself must not outlive its launcher for long. */
const DRAIN_MS = 30_000;

// The terminal can go away first. What is written after that is lost, but must not end the
// program before it has stopped in good order.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

process.once('disconnect', () => {
  // The launcher was killed. Programs that care listen themselves; the others are asked as if by
  // Ctrl-C, which lets mocha stop what its tests have started.
  if (process.listenerCount('disconnect') === 0) process.kill(process.pid, 'SIGINT');
  setTimeout(() => process.exit(1), DRAIN_MS).unref();
});

if (early !== '-' && existsSync(early)) {
  // A file that cannot be loaded fails again, and is reported, when the program itself asks for it.
  import(pathToFileURL(early).href).catch(() => {});
}

process.once('message', (message: { readonly environment?: Record<string, string> }) => {
  Object.assign(process.env, message.environment);
  process.argv = [process.execPath, file, ...args];
  // The channel alone must not keep a finished program alive.
  process.channel?.unref();
  import(pathToFileURL(file).href).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
