#!/usr/bin/env node
import { runCli } from './run-cli.ts';

// A reader that has seen enough (`| head`) closes the pipe: that is no failure of ours.
process.stdout.on('error', () => process.exit(0));

// Whatever still has something to say to the log after the end is not worth a crash.
process.stderr.on('error', () => undefined);

process.exitCode = await runCli(process.argv.slice(2), process);
// Connections to servers that are away keep a process alive for seconds after they were closed.
// What was said by now is written first; nothing is closed, since somebody may still log a word.
await Promise.all([said(process.stdout), said(process.stderr)]);
process.exit();

async function said(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}
