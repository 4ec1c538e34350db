import { AppError, type Random } from '../kernel/index.ts';
import { answers, type Greeting } from './answering-port.ts';
import type { Crew } from './crew.ts';
import type { Ending } from './ending.ts';
import type { Places } from './find-servers.ts';
import type { GuardedProcess } from './guarded-process.ts';
import type { Home } from './home.ts';
import { choosePorts, isPortFree } from './free-ports.ts';
import type { Screen } from './screen.ts';
import type { Secrets } from './launch-secrets.ts';
import type { ServerUse } from './server-use.ts';

/** What every private server stands on. */
export interface ServerFloor {
  readonly home: Home;
  readonly secrets: Secrets;
  readonly use: ServerUse;
  readonly places: Places;
  readonly crew: Crew;
  readonly ending: Ending;
  readonly screen: Screen;
  readonly random: Random;
}

export interface ServerStart {
  readonly name: string;
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  readonly logFile: string;
  readonly greeting: Greeting;
  readonly startingMs: number;
}

const ATTEMPTS = 3;

/**
 * Starts a server and waits until it answers. A port can be taken by a stranger between our look
 * and the server's own: then another port is tried.
 */
export async function startOnPort(
  floor: ServerFloor,
  wantedPort: number,
  start: ServerStart,
): Promise<number> {
  let port = wantedPort;
  for (let attempt = 1; ; attempt += 1) {
    const { name, command, logFile } = start;
    const server = floor.crew.startServer({ name, command, logFile, args: start.args(port) });
    if (await floor.screen.during(`starting the ${name}`, isUp(server, port, start))) {
      watch(server, floor.ending);
      return port;
    }
    if (attempt === ATTEMPTS || !server.hasExited || (await isPortFree(port))) {
      throw notStarted(server, start, await howItIs(server));
    }
    floor.screen.say(`port ${port} was taken while the ${name} started; trying another`);
    ({ port } = await choosePorts(['port'], {}, floor.random));
  }
}

/** True when it answers; false when it ended or stayed silent for too long. */
async function isUp(server: GuardedProcess, port: number, start: ServerStart): Promise<boolean> {
  const giveUp = new AbortController();
  const limit = AbortSignal.timeout(start.startingMs);
  const answered = answers(port, start.greeting, AbortSignal.any([giveUp.signal, limit]));
  try {
    const isAnswering = await Promise.race([answered, server.exited.then(() => false)]);
    // A stranger on the same port would answer for a server of ours that could not bind it.
    return isAnswering && !server.hasExited;
  } finally {
    giveUp.abort();
  }
}

async function howItIs(server: GuardedProcess): Promise<string> {
  return server.hasExited ? (await server.exited).how : 'it runs, but does not answer';
}

function notStarted(server: GuardedProcess, start: ServerStart, how: string): AppError {
  return new AppError(
    'server-not-started',
    `the ${server.name} (${start.command}) did not start: ${how}. The end of ${server.logFile}:\n` +
      `\n${server.lastWords()}`,
  );
}

/** From now on its end is the end of everything: no part of the system can do without it. */
function watch(server: GuardedProcess, ending: Ending): void {
  void server.exited.then(({ how }) => {
    if (ending.isDecided) return;
    ending.decide({
      code: 1,
      text:
        `The ${server.name} stopped by itself (${how}), so everything stops. ` +
        `The end of ${server.logFile}:\n\n${server.lastWords()}`,
    });
  });
}
