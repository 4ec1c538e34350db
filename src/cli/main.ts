#!/usr/bin/env node
import { finished } from 'node:stream/promises';
import { runCli } from './run-cli.ts';

// A reader that has seen enough (`| head`) closes the pipe: that is no failure of ours.
process.stdout.on('error', () => process.exit(0));

// Whatever still has something to say to the log after the end is not worth a crash.
process.stderr.on('error', () => undefined);

process.exitCode = await runCli(process.argv.slice(2), process);
// Connections to servers that are away keep a process alive for seconds after they were closed.
process.stdout.end();
process.stderr.end();
await Promise.all([finished(process.stdout), finished(process.stderr)]);
process.exit();
