import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const DIST = new URL('../../', import.meta.url);

/** Real processes of a test, each ended by the test that started it. */
export class ProcessFleet {
  private readonly environment: NodeJS.ProcessEnv;
  private readonly children: ChildProcess[] = [];
  private readonly readiness = new WeakMap<ChildProcess, Readonly<Record<string, unknown>>>();

  constructor(settings: Readonly<Record<string, string>>) {
    this.environment = { ...process.env, HOLDFAST_LOG_LEVEL: 'error', ...settings };
  }

  /** Starts a compiled file, such as `workers/all.js`, and waits until it says it is ready. */
  async start(file: string, ...args: readonly string[]): Promise<ChildProcess> {
    const child = fork(fileURLToPath(new URL(file, DIST)), args, {
      env: this.environment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.children.push(child);
    await Promise.race([
      new Promise<void>((resolve) => {
        child.on('message', (message: { type?: string }) => {
          if (message.type !== 'ready') return;
          this.readiness.set(child, message);
          resolve();
        });
      }),
      once(child, 'exit').then(([code]) => {
        throw new Error(`${file} ended with ${code} before it was ready`);
      }),
    ]);
    return child;
  }

  /** What a process said of itself when it was ready. */
  saidBy(child: ChildProcess): Readonly<Record<string, unknown>> {
    return this.readiness.get(child) ?? {};
  }

  /** Runs a compiled file to its end; answers its exit code. */
  async run(file: string, ...args: readonly string[]): Promise<number | null> {
    const child = fork(fileURLToPath(new URL(file, DIST)), args, {
      env: this.environment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.children.push(child);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  /** Asks all to stop, and answers their exit codes. */
  async stop(): Promise<readonly (number | null)[]> {
    return await Promise.all(
      this.children.splice(0).map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
        child.kill('SIGTERM');
        const [code] = (await once(child, 'exit')) as [number | null];
        return code;
      }),
    );
  }
}
