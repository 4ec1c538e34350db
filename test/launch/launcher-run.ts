import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause } from '../../src/kernel/index.ts';
import { isPortFree } from '../../src/launch/free-ports.ts';
import { isGroupAlive } from '../../src/launch/process-identity.ts';

export const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const RUN_SCRIPT = path.join(PROJECT, 'scripts', 'run.mjs');
const STAND_INS = path.join(PROJECT, 'dist', 'test', 'launch', 'stand-ins');
export const standIn = (name: string) => path.join(STAND_INS, `${name}.js`);

const BOUND_MS = 20_000;

export type Ended = { readonly code: number | null; readonly signal: string | null };

/** A launcher that a test has started, with all that it has said so far. */
export class LauncherRun {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  output = '';
  private readonly listeners = new Set<() => void>();

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(command, args, { cwd: PROJECT, env, stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.output += bytes.toString();
        for (const listener of this.listeners) listener();
      });
    }
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Waits until it has said this. */
  async says(pattern: RegExp): Promise<string> {
    const giveUp = new AbortController();
    const said = new Promise<string>((resolve) => {
      const look = () => {
        const found = pattern.exec(this.output);
        if (found) resolve(found[0]);
      };
      this.listeners.add(look);
      look();
    });
    const over = this.ended.then(() => null);
    const late = pause(BOUND_MS, giveUp.signal).then(() => null);
    const found = await Promise.race([said, over, late]);
    giveUp.abort();
    if (found !== null || pattern.test(this.output)) return found ?? '';
    throw new Error(`the launcher never said ${pattern}, but:\n${this.output}`);
  }

  async isReady(): Promise<void> {
    await this.says(/Holdfast is ready/);
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** One folder for one test, and every launcher that the test has started. */
export class LauncherBench {
  readonly home: string;
  private readonly runs: LauncherRun[] = [];
  private readonly folders: string[] = [];

  constructor() {
    this.home = this.folder();
  }

  folder(): string {
    const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'holdfast-launch-test-')));
    this.folders.push(folder);
    return path.join(folder, 'home');
  }

  /** Only what a test names itself: no variable of the suite around it decides anything here. */
  env(own: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('HOLDFAST_'));
    return {
      ...Object.fromEntries(inherited),
      HOLDFAST_HOME: this.home,
      HOLDFAST_INSTALL: '0',
      HOLDFAST_LAUNCH_APP: standIn('app'),
      HOLDFAST_LAUNCH_DEMO: standIn('demo'),
      ...own,
    };
  }

  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): LauncherRun {
    return this.runCommand(process.execPath, [RUN_SCRIPT, ...args], env);
  }

  runCommand(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): LauncherRun {
    const run = new LauncherRun(command, args, this.env(env));
    this.runs.push(run);
    return run;
  }

  async close(): Promise<void> {
    for (const run of this.runs) {
      if (run.child.exitCode === null && run.child.signalCode === null) run.child.kill('SIGKILL');
      await run.ended;
    }
    for (const folder of this.folders) {
      await isQuiet(path.join(folder, 'home'));
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/**
 * Spares most tests the creation of a database: the one of the suite is named as the user's own.
 * Without one (mocha run by hand), the launcher starts a private one as usual.
 */
export function withoutDatabase(): NodeJS.ProcessEnv {
  const url = process.env['HOLDFAST_DATABASE_URL'];
  return url === undefined ? {} : { HOLDFAST_DATABASE_URL: url };
}

export function readHome<T>(home: string, name: string): T {
  return JSON.parse(readFileSync(path.join(home, name), 'utf8')) as T;
}

export function portsOf(home: string): Record<string, number> {
  return readHome<{ ports: Record<string, number> }>(home, 'state.json').ports;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // there is none, and so nothing is written in it
  }
}

/** The process groups that the launcher of this home has started. */
export function groupsOf(home: string): number[] {
  const lines = textOf(path.join(home, 'processes')).split('\n').filter(Boolean);
  return lines.map((line) => Number(line.split('\t')[0]));
}

/** Waits until no process of this home is left, and none of its ports is in use. */
export async function isQuiet(home: string, groups = groupsOf(home)): Promise<void> {
  const state = textOf(path.join(home, 'state.json'));
  const ports = state === '' ? [] : Object.values(portsOf(home));
  await eventually(`an end of everything in ${home}`, async () => {
    if (groups.some(isGroupAlive)) return false;
    return (await Promise.all(ports.map(isPortFree))).every(Boolean);
  });
}

async function eventually(what: string, look: () => Promise<boolean>): Promise<void> {
  const late = AbortSignal.timeout(BOUND_MS);
  while (!(await look())) {
    if (late.aborted) throw new Error(`waited ${BOUND_MS} ms in vain for ${what}`);
    await pause(20);
  }
}
