import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/until.ts';
import type { StartOrder } from '../stand-ins/contender.ts';
import type { FencedRegister, RegisterRequest } from './fenced-register.ts';
import { type HistoryEvent, monotonicNow } from './lock-history.ts';

type Told =
  | HistoryEvent
  | RegisterRequest
  | { readonly kind: 'ready' }
  | { readonly kind: 'done' }
  | { readonly kind: 'broken'; readonly error: string };

/** A process that contends, run after run. */
export class ContenderProcess {
  readonly events: HistoryEvent[] = [];
  readonly #number: number;
  readonly #child: ChildProcess;
  #register: FencedRegister | undefined;
  #state: 'idle' | 'ready' | 'done' = 'idle';
  #broken: string | undefined;
  #holding = false;

  constructor(number: number) {
    this.#number = number;
    const file = fileURLToPath(new URL('../stand-ins/contender.js', import.meta.url));
    this.#child = fork(file, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (message) => this.#hear(message as Told));
    this.#child.on('exit', (code, signal) => {
      this.#broken ??= `contender ${number} ended with ${code ?? signal}`;
    });
  }

  get holding(): boolean {
    return this.#holding;
  }

  async start(order: StartOrder, register: FencedRegister): Promise<void> {
    this.events.length = 0;
    this.#holding = false;
    this.#register = register;
    this.#state = 'idle';
    this.#child.send(order);
    await this.#reaches('ready');
  }

  go(): void {
    this.#child.send({ kind: 'go' });
  }

  async stop(): Promise<void> {
    this.#child.send({ kind: 'stop' });
    await this.#reaches('done');
  }

  /** Stands still for so long, as a process without a processor does. */
  async standStill(wait: () => Promise<unknown>): Promise<void> {
    const at = monotonicNow();
    this.#child.kill('SIGSTOP');
    try {
      await wait();
    } finally {
      this.#child.kill('SIGCONT');
      const contender = this.#number;
      this.events.push({ kind: 'stopped', contender, at, until: monotonicNow() });
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  async #reaches(state: 'ready' | 'done'): Promise<void> {
    const what = `contender ${this.#number} ${state}`;
    await until(() => this.#state === state || this.#broken !== undefined, 10_000, what);
    if (this.#broken !== undefined) throw new Error(this.#broken);
  }

  #hear(told: Told): void {
    if (told.kind === 'register') {
      const reply = this.#register?.serve(this.#number, told);
      if (reply) this.#child.send(reply);
    } else if (told.kind === 'ready' || told.kind === 'done') this.#state = told.kind;
    else if (told.kind === 'broken') this.#broken = told.error;
    else {
      if (told.kind === 'granted') this.#holding = true;
      if (told.kind === 'ended') this.#holding = false;
      this.events.push(told);
    }
  }
}
