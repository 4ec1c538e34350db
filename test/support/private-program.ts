import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.ts';

const START_MS = 15_000;

/** A server of this test alone, which can be frozen, killed and started again. */
export class PrivateProgram {
  readonly #command: string;
  readonly #args: readonly string[];
  readonly #greet: () => Promise<unknown>;
  readonly #startMs: number;
  #process: ChildProcess | undefined;

  constructor(
    command: string,
    args: readonly string[],
    greet: () => Promise<unknown>,
    startMs = START_MS,
  ) {
    this.#startMs = startMs;
    this.#command = command;
    this.#args = args;
    this.#greet = greet;
  }

  /** Ends when it answers. */
  async start(): Promise<void> {
    const child = spawn(this.#command, this.#args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
    this.#process = child;
    const ended = () => child.exitCode !== null || child.signalCode !== null;
    await until(async () => ended() || (await this.#answers()), this.#startMs, this.#command, 20);
    if (ended()) throw new Error(`${this.#command} did not start: ${said}`);
  }

  /** Stops answering, but keeps its connections and all that is sent to it: a black hole. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#greet();
      return true;
    } catch {
      return false; // not yet; the caller asks again, within its bound
    }
  }
}

export interface PrivateCluster {
  readonly members: readonly PrivateProgram[];
  /** One URL with all members. */
  readonly url: string;
  at(index: number): PrivateProgram;
  /** What the members know of locks is made as at the start. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}
