import { appendFileSync, rmSync } from 'node:fs';
import { AppError, type Clock, pause } from '../kernel/index.ts';
import type { Ending } from './ending.ts';
import { GuardedProcess, type ServerCall } from './guarded-process.ts';
import { type Home, readText } from './home.ts';
import { identityOf, isGroupAlive, killGroup } from './process-identity.ts';
import type { Screen } from './screen.ts';

/** What can be stopped in good order, or at once. */
export interface Member {
  readonly name: string;
  readonly pid: number;
  stop(): Promise<void>;
  kill(): void;
}

/**
 * Everything this launcher has started. Each is also written down in the home, so that a start
 * after a killed launcher can wait until the last of its processes has let go of the files.
 */
export class Crew {
  private readonly home: Home;
  private readonly ending: Ending;
  private readonly servers: Member[] = [];
  private readonly programs: Member[] = [];

  constructor(home: Home, ending: Ending) {
    this.home = home;
    this.ending = ending;
  }

  startServer(call: ServerCall): GuardedProcess {
    if (this.ending.isDecided) throw new AppError('launch-ending', `${call.name} is not started`);
    const server = new GuardedProcess(call);
    this.servers.push(server);
    this.writeDown(server);
    return server;
  }

  addProgram(program: Member): void {
    this.programs.push(program);
    this.writeDown(program);
  }

  /** Programs first, the youngest before the older ones; then the servers they worked with. */
  async stopAll(): Promise<void> {
    for (const program of this.programs.toReversed()) await program.stop();
    await Promise.all(this.servers.map((server) => server.stop()));
    rmSync(this.home.processes, { force: true });
  }

  killAll(): void {
    for (const member of [...this.programs, ...this.servers]) member.kill();
  }

  private writeDown({ pid, name }: Member): void {
    if (pid === 0) return; // it could not even be started, which its exit tells
    const line = `${pid}\t${identityOf(pid) ?? ''}\t${name}\n`;
    appendFileSync(this.home.processes, line, { mode: 0o600 });
  }
}

const PATIENCE_MS = 20_000;
const LOOK_MS = 20;

/** Waits for what a killed launcher left behind: it is stopping, but may still hold its files. */
export async function waitForFormerCrew(home: Home, screen: Screen, clock: Clock): Promise<void> {
  const former = formerCrew(home);
  if (former.some(isThere)) {
    screen.say('the last run was cut off; waiting until its servers have stopped ...');
    await allGone(former, clock);
  }
  rmSync(home.processes, { force: true });
}

interface Former {
  readonly pid: number;
  readonly identity: string;
}

function formerCrew(home: Home): Former[] {
  const lines = (readText(home.processes) ?? '').split('\n').filter(Boolean);
  return lines.flatMap((line) => {
    const [pid, identity = ''] = line.split('\t');
    return Number(pid) > 1 ? { pid: Number(pid), identity } : [];
  });
}

/** Is anything of the crew that a killed launcher left still running? */
export function hasFormerCrew(home: Home): boolean {
  return formerCrew(home).some(isThere);
}

/** A leader with another identity means that the number was given to strangers since. */
function isThere({ pid, identity }: Former): boolean {
  const leader = identityOf(pid);
  return (leader === null || leader === identity) && isGroupAlive(pid);
}

async function allGone(former: readonly Former[], clock: Clock): Promise<void> {
  const until = clock.monotonicMs() + PATIENCE_MS;
  let left = former;
  while (left.length > 0 && clock.monotonicMs() < until) {
    await pause(LOOK_MS);
    left = left.filter(isThere);
  }
  // Only a group whose leader is proven to be ours is ended by force.
  for (const { pid, identity } of left) if (identityOf(pid) === identity) killGroup(pid);
}
