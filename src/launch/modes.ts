import type { ChildProcess } from 'node:child_process';
import { AppError } from '../kernel/index.ts';
import { type LaunchContext, launchContext } from './launch-context.ts';
import { resetHome } from './reset-mode.ts';
import { runBench } from './bench-mode.ts';
import { runSystem } from './system-mode.ts';
import { runTests } from './test-mode.ts';

type Mode = (context: LaunchContext, app: ChildProcess | null) => Promise<number>;

const MODES: Readonly<Record<string, Mode>> = {
  start: system,
  demo: system,
  test: runTests,
  bench: runBench,
  'bench-console': runBench,
  'bench-http': runBench,
  'bench-locks': runBench,
  'bench-scale': runBench,
  'bench-catalogue': runBench,
  reset: resetHome,
};

function system(context: LaunchContext, app: ChildProcess | null): Promise<number> {
  if (!app) throw new Error('a system mode needs its app to be spawned first');
  return runSystem(context, app);
}

const WRONG_USE = 2;

/** Answers the exit code. Nothing that was started still runs by then. */
export async function runMode(
  mode: string,
  args: readonly string[],
  app: ChildProcess | null,
): Promise<number> {
  const run = Object.hasOwn(MODES, mode) ? MODES[mode] : undefined;
  if (!run) {
    console.error(
      `There is no mode "${mode}"; there are ${Object.keys(MODES).join(', ')} and cli.`,
    );
    return WRONG_USE;
  }
  try {
    return await run(launchContext(mode, args), app);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    console.error(`\n${error.message}\n`);
    return 1;
  }
}
