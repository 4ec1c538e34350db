import type { ChildProcess } from 'node:child_process';
import { alreadyRunning, type CrewedRun, crewedRun } from './crewed-run.ts';
import { availableServers } from './available-servers.ts';
import { homeAt, textField } from './home.ts';
import { livingHolder } from './home-lock.ts';
import { builtFile, type LaunchContext } from './launch-context.ts';
import { needsOf, serverEnvironment, type ServerUrls, startServers } from './private-servers.ts';
import { generatedAccess, type RunFacts, runFacts, writeRunFile } from './run-file.ts';
import { secretsOf } from './launch-secrets.ts';
import { forSystem } from './server-use.ts';
import { WatchedProgram } from './watched-program.ts';
import { passedOn, spawnWatched } from './watched-spawn.ts';
import { welcome } from './welcome.ts';

const APP = { name: 'app', stopSignal: 'SIGTERM', stopMs: 30_000 } as const;
const STORY = { name: 'demo', stopSignal: 'SIGTERM', stopMs: 10_000 } as const;

/** `start` and `demo`: the whole system on this machine, until Ctrl-C. */
export async function runSystem(context: LaunchContext, child: ChildProcess): Promise<number> {
  const { settings, screen } = context;
  const app = new WatchedProgram(child, APP);
  const home = homeAt(settings.homeFolder);
  try {
    const holder = livingHolder(home);
    if (holder) {
      screen.say(alreadyRunning(home, holder));
      return 1;
    }
    const needs = needsOf(settings);
    const found = await availableServers({ ...context, ...settings, needs });
    if (!found) return 1;
    const farewell =
      `everything; the data stays in ${home.folder} for the next start ` +
      '(npm run reset deletes it)';
    return await crewedRun(context, home, { codeWhenStopped: 0, farewell }, async (run) => {
      run.crew.addProgram(app);
      const secrets = secretsOf(home);
      const floor = { ...context, ...run, secrets, use: forSystem };
      const urls = await startServers(floor, found, settings);
      const generated = generatedAccess(context.env, secrets);
      const environment = { ...generated, ...environmentFor(run, urls) };
      const facts = await readyApp(context, run, app, environment, (ready) =>
        runFacts(context.env, generated, urls, ready),
      );
      if (context.mode === 'demo' && facts) tellStory(context, run, environment);
    });
  } finally {
    app.kill(); // nothing, unless the start ended before the app was part of the crew
  }
}

function environmentFor({ home }: CrewedRun, urls: ServerUrls): Record<string, string> {
  return { ...serverEnvironment(urls), HOLDFAST_HOME: home.folder };
}

/** Lets the app run and waits until it is ready; null when the end came first. */
async function readyApp(
  { screen, clock }: LaunchContext,
  { home, ending }: CrewedRun,
  app: WatchedProgram,
  environment: Readonly<Record<string, string>>,
  factsFrom: (ready: unknown) => RunFacts,
): Promise<RunFacts | null> {
  void app.exited.then(({ how, code }) => {
    ending.decide({ code: code || 1, text: `The app stopped by itself (${how}).` });
  });
  const ready = new Promise<RunFacts>((resolve) => {
    app.onMessage((message) => {
      if (textField(message, 'type') === 'ready') resolve(factsFrom(message));
    });
  });
  app.run(environment);
  const facts = await screen.during(
    'waiting until the app is ready',
    Promise.race([ready, ending.decided.then(() => null)]),
  );
  if (!facts || ending.isDecided) return null;
  writeRunFile(home, facts);
  screen.say(welcome(facts, home, clock.monotonicMs()));
  return facts;
}

/** The demo's second program: it uses the system from outside, like anybody. */
function tellStory(
  { args, env, settings }: LaunchContext,
  { crew, ending }: CrewedRun,
  environment: Readonly<Record<string, string>>,
): void {
  const child = spawnWatched({
    file: settings.demoFile ?? builtFile('src', 'app', 'run-demo.js'),
    args,
    environment: passedOn(env),
  });
  const story = new WatchedProgram(child, STORY);
  crew.addProgram(story);
  story.run(environment);
  void story.exited.then(({ code, how }) => {
    const isOver = args.includes('--once') || code !== 0;
    if (!isOver) return; // the story is told; the system goes on until Ctrl-C
    const text = code === 0 ? null : `The demo ended (${how}).`;
    ending.decide({ code: code ?? 1, text });
  });
}
