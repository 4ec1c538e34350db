import { builtFile, type LaunchContext } from './launch-context.ts';
import { runThrowAway } from './throw-away-run.ts';
import { forBench } from './server-use.ts';
import { throwAwayHome } from './throw-away-home.ts';
import { passedOn } from './watched-spawn.ts';
import { mkdirSync } from 'node:fs';

const PROGRAMS: Readonly<Record<string, string>> = {
  bench: 'main.js',
  'bench-console': 'console-main.js',
  'bench-http': 'http-main.js',
  'bench-locks': 'locks/main.js',
  'bench-scale': 'scale/main.js',
  'bench-catalogue': 'catalogue-main.js',
};

/** The measurements, on private servers that are as durable as real ones. */
export async function runBench(context: LaunchContext): Promise<number> {
  const { mode, settings, env, args } = context;
  return runThrowAway(context, {
    name: 'bench',
    use: forBench,
    // Not in the temporary folder: that may lie in memory, and a flush to memory costs nothing.
    makeHome: () => {
      mkdirSync(settings.homeFolder, { recursive: true, mode: 0o700 });
      return throwAwayHome(settings.homeFolder);
    },
    stopSignal: 'SIGTERM',
    program: {
      file: settings.appFile ?? builtFile('bench', PROGRAMS[mode] ?? 'main.js'),
      args,
      environment: passedOn(env, (name) => name === 'HOLDFAST_HOME'),
    },
  });
}
