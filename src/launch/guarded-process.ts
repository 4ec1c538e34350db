import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { pause } from '../kernel/index.ts';
import { killGroup } from './process-identity.ts';

export interface Exit {
  /** The exit code, or what ended it, in words. */
  readonly how: string;
  readonly code: number | null;
}

/**
 * Runs the server and waits on a pipe that only the launcher holds open. When the launcher ends,
 * in whatever way, the pipe closes and the server is told to stop: no launcher that was killed
 * leaves a server behind. The server itself must not inherit the pipe (3<&-).
 */
const GUARD = `
exec 3<&0
"$@" </dev/null 3<&- & server=$!
trap 'kill -TERM $server 2>/dev/null' TERM INT HUP
(read -r _ <&3; kill -TERM $server 2>/dev/null) & watch=$!
exec 3<&-
wait $server; code=$?
while kill -0 $server 2>/dev/null; do wait $server; code=$?; done
kill -KILL $watch 2>/dev/null
exit $code`;

const STOP_MS = 15_000;
const LOG_BYTES_MAX = 5_000_000;
const TAIL_LINES = 20;

export interface ServerCall {
  /** What the user knows it as. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
}

/** A server program, in a session of its own so that the terminal's Ctrl-C passes it by. */
export class GuardedProcess {
  readonly name: string;
  readonly logFile: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  private readonly guard: ChildProcess;
  private readonly logStart: number;
  private isOver = false;

  constructor({ name, command, args, logFile }: ServerCall) {
    this.name = name;
    this.logFile = logFile;
    this.logStart = startLog(logFile);
    const log = openSync(logFile, 'a', 0o600);
    this.guard = spawn('/bin/sh', ['-c', GUARD, 'holdfast-guard', command, ...args], {
      stdio: ['pipe', log, log],
      detached: true,
    });
    closeSync(log);
    this.pid = this.guard.pid ?? 0;
    this.guard.stdin?.on('error', () => {}); // the guard ended first: told by its exit
    this.exited = new Promise((resolve) => {
      this.guard.once('error', (error) => resolve({ how: error.message, code: null }));
      this.guard.once('exit', (code, signal) => resolve({ how: howItEnded(code, signal), code }));
    });
    void this.exited.then(() => {
      this.isOver = true;
    });
  }

  get hasExited(): boolean {
    return this.isOver;
  }

  async stop(): Promise<void> {
    this.guard.stdin?.end();
    const waiting = new AbortController();
    const limit = pause(STOP_MS, waiting.signal).then((end) => {
      if (end === 'elapsed') this.kill();
    });
    await this.exited;
    waiting.abort();
    await limit;
  }

  /** The guard, its watch and the server, at once. */
  kill(): void {
    if (this.pid > 0) killGroup(this.pid);
  }

  /** The end of what it wrote in this life. */
  lastWords(): string {
    const text = readFileSync(this.logFile).subarray(this.logStart).toString();
    return text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  }
}

function startLog(file: string): number {
  if (!existsSync(file)) return 0;
  const { size } = statSync(file);
  if (size < LOG_BYTES_MAX) return size;
  renameSync(file, `${file}.1`);
  return 0;
}

export function howItEnded(code: number | null, signal: string | null): string {
  if (signal !== null) return `ended by ${signal}`;
  // A shell reports a program that a signal ended as 128 and the signal's number.
  return code !== null && code > 128 ? `ended by signal ${code - 128}` : `exit code ${code}`;
}
