import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../../src/kernel/index.ts';
import { until } from '../../support/until.ts';
import type { StartOrder } from '../stand-ins/contender.ts';
import type { Register, RegisterRequest } from './fenced-register.ts';
import { type HistoryEvent, monotonicNow } from './lock-history.ts';

type Told =
  | HistoryEvent
  | RegisterRequest
  | { readonly kind: 'ready' }
  | { readonly kind: 'lingering' }
  | { readonly kind: 'done' }
  | { readonly kind: 'broken'; readonly error: string };

/** A process that contends, run after run. */
export class ContenderProcess {
  readonly events: HistoryEvent[] = [];
  readonly #number: number;
  readonly #child: ChildProcess;
  #register: Register | undefined;
  #state: 'idle' | 'ready' | 'done' = 'idle';
  #broken: string | undefined;
  #holding = false;
  #lingering = false;

  constructor(number: number, program: string | undefined) {
    this.#number = number;
    const file = program ?? fileURLToPath(new URL('../stand-ins/contender.js', import.meta.url));
    this.#child = fork(file, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (message) => this.#hear(message as Told));
    this.#child.on('exit', (code, signal) => {
      this.#broken ??= `contender ${number} ended with ${code ?? signal}`;
    });
  }

  get holding(): boolean {
    return this.#holding;
  }

  /** Does it hold a lock that it keeps for longer than a ttl, as it was told to? */
  get lingering(): boolean {
    return this.#lingering && this.#holding;
  }

  async start(order: StartOrder, register: Register): Promise<void> {
    this.events.length = 0;
    this.#holding = false;
    this.#lingering = false;
    this.#register = register;
    this.#state = 'idle';
    this.#child.send(order);
    await this.#reaches('ready');
  }

  go(): void {
    this.#child.send({ kind: 'go' });
  }

  /** The next lock that it gets it keeps for longer than a ttl. */
  linger(): void {
    this.#lingering = false;
    this.#child.send({ kind: 'linger' });
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

  async #serve(request: RegisterRequest): Promise<void> {
    try {
      const reply = await this.#register?.serve(this.#number, request);
      if (reply && this.#child.connected) this.#child.send(reply);
    } catch (error) {
      this.#broken ??= `the register failed: ${messageOf(error)}`;
    }
  }

  #hear(told: Told): void {
    if (told.kind === 'register') {
      void this.#serve(told);
    } else if (told.kind === 'ready' || told.kind === 'done') this.#state = told.kind;
    else if (told.kind === 'lingering') this.#lingering = true;
    else if (told.kind === 'broken') this.#broken = told.error;
    else {
      if (told.kind === 'granted') this.#holding = true;
      if (told.kind === 'ended') this.#holding = false;
      this.events.push(told);
    }
  }
}
