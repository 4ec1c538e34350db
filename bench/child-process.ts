import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '../src/kernel/index.ts';

/** What comes in; whoever asks knows what an answer holds. */
export type Message = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface Question {
  readonly type: string;
}

export interface ChildCall {
  readonly name: string;
  /** Beside the compiled bench. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly profileFolder: string | null;
}

/** Who does the work of a contender: one process, or several that count as one. */
export interface Workforce {
  readonly label: string;
  readonly pids: readonly number[];
  ask(question: Question): Promise<Message>;
}

/** The one process that does the work of a contender, while this one drives it. */
export class WorkerChild implements Workforce {
  readonly pid: number;
  private readonly child: ChildProcess;
  private readonly name: string;
  private readonly listeners = new Set<(message: Message) => void>();
  private readonly ended: Promise<never>;

  constructor({ name, file, args = [], environment = {}, profileFolder }: ChildCall) {
    this.name = name;
    this.child = fork(fileURLToPath(new URL(file, import.meta.url)), [...args], {
      env: { ...environment },
      execArgv:
        profileFolder === null
          ? []
          : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`, `--cpu-prof-name=${name}.cpuprofile`],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.pid = this.child.pid ?? 0;
    this.child.on('message', (message) => {
      for (const listener of this.listeners) listener(message as Message);
    });
    this.ended = new Promise((_, reject) => {
      this.child.once('exit', (code, signal) => {
        const how = signal ?? `code ${code}`;
        reject(new AppError('worker-ended', `the worker process of ${name} ended by ${how}`));
      });
    });
    // Whoever waits for an answer hears of it; at a wanted end nobody does.
    this.ended.catch(() => {});
  }

  onMessage(listener: (message: Message) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The next message of this type, or the end of the process. */
  async next(type: string): Promise<Message> {
    let forget: () => void = () => undefined;
    const heard = new Promise<Message>((resolve) => {
      forget = this.onMessage((message) => {
        if (message.type === type) resolve(message);
      });
    });
    try {
      return await Promise.race([heard, this.ended]);
    } finally {
      forget();
    }
  }

  /** Sends a message and waits for the one of the same type that answers it. */
  async ask(question: Question): Promise<Message> {
    const answer = this.next(question.type);
    this.child.send(question);
    return await answer;
  }

  /** Waits for its own end, or a profile would be cut off. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await gone;
  }

  get label(): string {
    return this.name;
  }

  get pids(): readonly number[] {
    return [this.pid];
  }
}
