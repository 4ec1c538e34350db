import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

export interface Told {
  readonly kind: string;
  readonly fence?: string;
  readonly reason?: string;
}

/** A second process with a lock, and all that it told. */
export class LockProcess {
  readonly told: Told[] = [];
  readonly #child: ChildProcess;

  constructor(urls: readonly string[], name: string, ttlMs: number) {
    const script = fileURLToPath(new URL('./lock-holder.js', import.meta.url));
    this.#child = fork(script, [JSON.stringify(urls), name, String(ttlMs)]);
    this.#child.on('message', (message) => this.told.push(message as Told));
  }

  async tells(kind: string): Promise<Told> {
    await until(() => this.told.some((told) => told.kind === kind), 5000, `the word ${kind}`);
    const found = this.told.find((told) => told.kind === kind);
    if (!found) throw new Error(`${kind} was told and forgotten`);
    return found;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
