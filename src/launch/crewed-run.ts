import { AppError, messageOf } from '../kernel/index.ts';
import { Crew, waitForFormerCrew } from './crew.ts';
import { Ending, type Reason } from './ending.ts';
import { type Home, openHome } from './home.ts';
import { type Holder, type HomeLock, takeHome } from './home-lock.ts';
import type { LaunchContext } from './launch-context.ts';
import { readRunFile, removeRunFile } from './run-file.ts';
import { listenForStop } from './stop-signals.ts';

export interface CrewedRun {
  readonly home: Home;
  readonly crew: Crew;
  readonly ending: Ending;
}

export interface RunManners {
  /** The exit code after a Ctrl-C that was obeyed in good order. */
  readonly codeWhenStopped: number;
  readonly farewell: string | null;
}

const FORCED = 130;

/**
 * Holds a home from the first file to the last stopped server. `work` brings things up and may
 * also decide the end; whatever comes first (a signal, a dead server, an error) stops everything.
 */
export async function crewedRun(
  context: LaunchContext,
  home: Home,
  manners: RunManners,
  work: (run: CrewedRun) => Promise<void>,
): Promise<number> {
  const { screen, clock } = context;
  openHome(home);
  const taken = takeHome(home, clock);
  if (!taken.taken) {
    screen.say(alreadyRunning(home, taken.holder));
    return 1;
  }
  const { lock } = taken;
  const ending = new Ending();
  const crew = new Crew(home, ending);
  const quiet = listenForStop(process, clock, {
    onFirst: (signal) => {
      screen.say(`\n${signal}: stopping (again: at once) ...`);
      ending.decide({ code: manners.codeWhenStopped, text: null });
    },
    onAgain: () => {
      crew.killAll();
      removeRunFile(home);
      lock.release();
      process.exit(FORCED);
    },
  });
  try {
    removeRunFile(home); // a killed launcher may have left it
    await waitForFormerCrew(home, screen, clock);
    if (!lock.isHeld()) {
      throw new AppError('home-taken', `another start took ${home.folder} in the same moment`);
    }
    const reason = await Promise.race([ending.decided, failureOf(work, { home, crew, ending })]);
    return await stopAll({ context, home, crew, ending, lock, reason, manners });
  } finally {
    quiet();
  }
}

/** Work that ends without an error leaves the decision to the signals and the programs. */
async function failureOf(work: (run: CrewedRun) => Promise<void>, run: CrewedRun): Promise<Reason> {
  try {
    await work(run);
  } catch (error) {
    const text = error instanceof AppError ? error.message : stackOf(error);
    run.ending.decide({ code: 1, text });
  }
  return run.ending.decided;
}

interface Stopping extends CrewedRun {
  readonly context: LaunchContext;
  readonly lock: HomeLock;
  readonly reason: Reason;
  readonly manners: RunManners;
}

async function stopAll({ context, home, crew, lock, reason, manners }: Stopping): Promise<number> {
  const { screen } = context;
  if (reason.text !== null) screen.say(`\n${reason.text}\n`);
  removeRunFile(home);
  await screen.during('stopping', crew.stopAll());
  lock.release();
  if (manners.farewell !== null) screen.fact('stopped', manners.farewell);
  return reason.code;
}

export function alreadyRunning(home: Home, { pid, since }: Holder): string {
  const facts = readRunFile(home);
  const doors = [facts?.consoleUrl, facts?.httpUrl, facts?.boardUrl, facts?.grpcAddress];
  const where = [...new Set(doors)].filter((door) => typeof door === 'string');
  return (
    `\nHoldfast is already running in ${home.folder} (pid ${pid}, started ${since}` +
    `${where.length > 0 ? `; ${where.join(', ')}` : ''}).\n` +
    'Stop it with Ctrl-C in its terminal, or give this one another folder: ' +
    'HOLDFAST_HOME=<folder>.\n'
  );
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}
