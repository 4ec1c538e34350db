import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pause } from '../../src/kernel/index.ts';
import { programEnvironment } from '../support/program-environment.ts';

export interface ProcessCall {
  readonly name: string;
  /** The folder with `dist`: ours, or a copy that was spoilt. */
  readonly root: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
  /** Told of the end of a process that nobody had ended. */
  readonly onQuietDeath: (what: string) => void;
}

export type Stats = Readonly<Record<string, number>>;

const LOOK_MS = 250;
const TAIL = 16_000;
/** What Node says of a promise or an error that nobody heard. */
const UNHEARD = /node:internal\/process\/promises|Uncaught|UnhandledPromiseRejection|^\s+at .*\n/m;

/** A real process of Holdfast and its supervisor: whatever ends it, it is started again. */
export class ChaosProcess {
  readonly name: string;
  readonly #call: ProcessCall;
  readonly #totals = new Map<string, number>();
  #child: ChildProcess | undefined;
  #current: Stats = {};
  #ready = false;
  #wanted = false;
  #skewMs = 0;
  #ended: Promise<void> = Promise.resolve();
  /** Ends that were our doing. */
  readonly #expected = new WeakSet<ChildProcess>();
  starts = 0;
  log = '';

  constructor(call: ProcessCall) {
    this.name = call.name;
    this.#call = call;
  }

  get isReady(): boolean {
    return this.#ready;
  }

  /** What all lives of it have counted, as far as it was heard. */
  get totals(): ReadonlyMap<string, number> {
    const sums = new Map(this.#totals);
    for (const [key, value] of Object.entries(this.#current)) {
      sums.set(key, (sums.get(key) ?? 0) + value);
    }
    return sums;
  }

  start(skewMs = 0): void {
    this.#skewMs = skewMs;
    this.#wanted = true;
    this.#ended = this.#supervise();
  }

  async ready(withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (!this.#ready) {
      if (performance.now() > end) {
        throw new Error(`${this.name} is not ready after ${withinMs} ms: ${this.log.slice(-600)}`);
      }
      await pause(20);
    }
  }

  /** Its clock will be wrong by so much from its next start on. */
  set skewMs(ms: number) {
    this.#skewMs = ms;
  }

  signal(signal: NodeJS.Signals): boolean {
    const child = this.#child;
    if (!child) return false;
    if (signal === 'SIGKILL' || signal === 'SIGTERM') this.#expected.add(child);
    return child.kill(signal);
  }

  /** Asks it to stop and does not start it again; answers when it is gone. */
  async stop(withinMs = 8000): Promise<void> {
    this.#wanted = false;
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const late = new AbortController();
    const hard = pause(withinMs, late.signal).then((how) => {
      if (how === 'elapsed') this.signal('SIGKILL');
    });
    await this.#ended;
    late.abort();
    await hard;
  }

  async #supervise(): Promise<void> {
    while (this.#wanted) {
      await this.#live();
      if (this.#wanted) await pause(150);
    }
  }

  async #live(): Promise<void> {
    const child = this.#spawn();
    this.#child = child;
    this.starts += 1;
    let tail = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-TAIL);
      this.log = (this.log + text).slice(-TAIL * 16);
    });
    child.on('message', (message: { readonly type?: string }) => this.#hear(child, message));
    const look = setInterval(() => {
      if (this.#ready && child.connected) child.send({ type: 'stats' }, () => undefined);
    }, LOOK_MS);
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    clearInterval(look);
    this.#judge(child, code, signal, tail);
    this.#child = undefined;
    this.#ready = false;
    for (const [key, value] of Object.entries(this.#current)) {
      this.#totals.set(key, (this.#totals.get(key) ?? 0) + value);
    }
    this.#current = {};
  }

  #spawn(): ChildProcess {
    const { root, file, args, settings } = this.#call;
    const skew = join(root, 'dist/test/chaos/stand-ins/skewed-clock.js');
    const skewed = this.#skewMs === 0 ? [] : [`--import=file://${skew}?ms=${this.#skewMs}`];
    return fork(join(root, 'dist', file), args, {
      env: programEnvironment(settings),
      execArgv: skewed,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
  }

  #hear(child: ChildProcess, message: { readonly type?: string }): void {
    if (child !== this.#child) return;
    if (message.type === 'ready') this.#ready = true;
    if (message.type !== 'stats') return;
    const { type: _type, ...numbers } = message as { type: string } & Stats;
    this.#current = numbers;
  }

  /** A start that finds no servers may end; whoever was ready ends only when told to. */
  #judge(child: ChildProcess, code: number | null, signal: string | null, tail: string): void {
    const told = this.#expected.has(child);
    const how = `${this.name} ended with ${code ?? signal}`;
    if (UNHEARD.test(tail) && code !== null && code !== 0) {
      this.#call.onQuietDeath(`${how}, unheard: ${tail.slice(-1500)}`);
    } else if (this.#ready && !told) {
      this.#call.onQuietDeath(`${how}, and nobody had told it to: ${tail.slice(-1500)}`);
    }
  }
}
