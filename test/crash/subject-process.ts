import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pause } from '../../src/kernel/index.ts';
import type { Answer, Ask, SubjectSettings } from './subject-words.ts';
import { WireTap, type TapTarget } from './wire-tap.ts';

const PROGRAM = fileURLToPath(new URL('./stand-ins/crash-subject.js', import.meta.url));

export interface SubjectServers {
  /** The database first, then the queue Redis, then the lock nodes. */
  readonly targets: readonly TapTarget[];
  /** What the subject is to be told when its servers stand at these ports. */
  readonly settings: (ports: readonly number[]) => SubjectSettings;
}

/** Longer than anything takes that is asked: a process that does not answer is to be told of. */
const PATIENCE_MS = 30_000;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A subject with a tap of its own on every line. */
export class SubjectProcess {
  readonly tap: WireTap;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ready: Promise<void>;
  #asked = 0;
  #said = '';
  #expected = false;

  private constructor(tap: WireTap, settings: SubjectSettings) {
    this.tap = tap;
    this.#child = fork(PROGRAM, [JSON.stringify(settings)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-2000);
    });
    this.#ready = new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve: () => resolve(), reject });
    });
    this.#ready.catch(() => undefined); // whoever wants to use it hears of it
    this.#child.on('message', (answer) => this.#hear(answer as Answer));
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the process is dead'));
      this.#waiting.clear();
    });
  }

  static async begin({ targets, settings }: SubjectServers): Promise<SubjectProcess> {
    const tap = new WireTap(targets);
    return new SubjectProcess(tap, settings(await tap.listen()));
  }

  async ready(): Promise<void> {
    await this.#ready;
  }

  /** Rejects when it failed, and when the process died over it. */
  async ask(ask: Ask): Promise<unknown> {
    if (this.isDead) throw new Error('the process is dead');
    this.#asked += 1;
    const id = this.#asked;
    const answer = new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ ...ask, id }, (error) => error && this.#waiting.get(id)?.reject(error));
    });
    const done = new AbortController();
    const late = pause(PATIENCE_MS, done.signal).then(() => {
      if (this.#waiting.has(id)) throw new Error(`no answer to ${ask.kind} in ${PATIENCE_MS} ms`);
    });
    try {
      return await Promise.race([answer, late.then(() => answer)]);
    } finally {
      done.abort();
    }
  }

  get isDead(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** What it said before it ended without being killed by us; undefined when all is well. */
  get unexpectedEnd(): string | undefined {
    if (!this.isDead || this.#expected) return undefined;
    return `the process ended by itself (${this.#child.exitCode}): ${this.#said.slice(-400)}`;
  }

  kill(): void {
    this.#expected = true;
    this.#child.kill('SIGKILL');
  }

  standStill(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  async end(): Promise<void> {
    if (!this.isDead) {
      this.kill();
      await once(this.#child, 'exit');
    }
    await this.tap.close();
  }

  #hear(answer: Answer): void {
    const id = answer.kind === 'ready' ? 0 : answer.id;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (answer.kind === 'failed') waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.kind === 'done' ? answer.value : undefined);
  }
}
