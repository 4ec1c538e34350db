import { AppError } from '../kernel/index.ts';
import { availableServers } from './available-servers.ts';
import { type CrewedRun, crewedRun } from './crewed-run.ts';
import type { Home } from './home.ts';
import type { LaunchContext } from './launch-context.ts';
import { serverUrlNames } from './launch-settings.ts';
import {
  noGivenServers,
  serverEnvironment,
  type ServerUrls,
  startServers,
} from './private-servers.ts';
import { secretsOf } from './launch-secrets.ts';
import type { ServerUse } from './server-use.ts';
import { removeHome } from './throw-away-home.ts';
import { WatchedProgram } from './watched-program.ts';
import { type ProgramCall, spawnWatched } from './watched-spawn.ts';

export const INTERRUPTED = 130;

export interface ThrowAwayRun {
  readonly name: string;
  readonly use: ServerUse;
  readonly makeHome: () => Home;
  readonly program: ProgramCall;
  readonly stopSignal: NodeJS.Signals;
  readonly onMessage?: (message: unknown) => void;
}

/** Runs one program against private servers that exist for it alone; answers its exit code. */
export async function runThrowAway(context: LaunchContext, run: ThrowAwayRun): Promise<number> {
  const { env, screen } = context;
  const ignored = serverUrlNames(env);
  if (ignored.length > 0) {
    screen.say(
      `ignored: ${ignored.join(', ')} (${run.name} runs on private throw-away servers only)`,
    );
  }
  const needs = { database: true, redis: true };
  const install = context.settings.install;
  const found = await availableServers({ ...context, needs, install });
  if (!found) return 1;

  const home = run.makeHome();
  try {
    return await crewedRun(
      context,
      home,
      { codeWhenStopped: INTERRUPTED, farewell: null },
      (crewed) => work(context, run, crewed, found),
    );
  } finally {
    removeHome(home);
  }
}

async function work(
  context: LaunchContext,
  { use, name, program, stopSignal, onMessage }: ThrowAwayRun,
  crewed: CrewedRun,
  found: Parameters<typeof startServers>[1],
): Promise<void> {
  const child = new WatchedProgram(spawnWatched(program), { name, stopSignal, stopMs: 15_000 });
  crewed.crew.addProgram(child);
  if (onMessage) child.onMessage(onMessage);
  const secrets = secretsOf(crewed.home);
  const urls = await startServers({ ...context, ...crewed, secrets, use }, found, noGivenServers);
  child.run(loopbackOnly(urls));
  const { code, how } = await child.exited;
  crewed.ending.decide({ code: code ?? 1, text: code === null ? `${name}: ${how}` : null });
}

/** Tests delete what they find. Whatever changes above, that may never be somebody's real data. */
export function loopbackOnly(urls: ServerUrls): Record<string, string> {
  for (const url of [urls.databaseUrl, urls.redisUrl, ...urls.lockUrls]) {
    const { hostname } = new URL(url);
    if (!['127.0.0.1', '[::1]', 'localhost'].includes(hostname)) {
      throw new AppError(
        'not-loopback',
        `throw-away runs use servers on this machine only, and ${hostname} is another one`,
      );
    }
  }
  return serverEnvironment(urls);
}
