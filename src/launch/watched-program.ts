import type { ChildProcess } from 'node:child_process';
import { pause } from '../kernel/index.ts';
import type { Member } from './crew.ts';
import { type Exit, howItEnded } from './guarded-process.ts';
import { killGroup } from './process-identity.ts';

export interface ProgramManners {
  /** What the user knows it as. */
  readonly name: string;
  readonly stopSignal: NodeJS.Signals;
  /** How long it may take to stop before it is ended. */
  readonly stopMs: number;
}

/** A program of ours (the app, the story, mocha, a benchmark) in a process of its own. */
export class WatchedProgram implements Member {
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly manners: ProgramManners;

  constructor(child: ChildProcess, manners: ProgramManners) {
    this.child = child;
    this.manners = manners;
    this.name = manners.name;
    this.pid = child.pid ?? 0;
    this.exited = new Promise((resolve) => {
      // It may have ended before anybody wrapped it.
      if (this.pid === 0) resolve({ how: 'it could not be started', code: null });
      if (this.hasExited())
        resolve({ how: howItEnded(child.exitCode, child.signalCode), code: child.exitCode });
      child.once('exit', (code, signal) => resolve({ how: howItEnded(code, signal), code }));
    });
  }

  /** Its packages are loaded or being loaded; from now on it runs. */
  run(environment: Readonly<Record<string, string>>): void {
    if (this.child.connected) this.child.send({ environment });
  }

  onMessage(listener: (message: unknown) => void): void {
    this.child.on('message', listener);
  }

  async stop(): Promise<void> {
    if (this.hasExited()) return;
    this.child.kill(this.manners.stopSignal);
    const waiting = new AbortController();
    const limit = pause(this.manners.stopMs, waiting.signal).then((end) => {
      if (end === 'elapsed') this.kill();
    });
    await this.exited;
    waiting.abort();
    await limit;
  }

  /** With everything it has started itself. */
  kill(): void {
    if (this.pid > 0) killGroup(this.pid);
  }

  private hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.pid === 0;
  }
}
