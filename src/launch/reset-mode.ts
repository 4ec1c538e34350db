import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { hasFormerCrew } from './crew.ts';
import { alreadyRunning } from './crewed-run.ts';
import { type Home, homeAt } from './home.ts';
import { type Holder, takeHome } from './home-lock.ts';
import { saysYes } from './install-packages.ts';
import type { LaunchContext } from './launch-context.ts';

/**
 * HOLDFAST_HOME may name any folder, somebody's home among them: only what a start makes there is
 * ever deleted.
 */
const OURS =
  /^(processes|(run|secrets|state)\.json|logs|redis|database(-of-.+)?|holdfast-throw-away-.+)$/;

/** `reset`: deletes the data of this home after a typed yes, or with --yes. */
export async function resetHome(context: LaunchContext): Promise<number> {
  const { settings, screen, args, around, clock } = context;
  const home = homeAt(settings.homeFolder);
  if (!existsSync(home.folder)) {
    screen.say(`There is nothing to delete: ${home.folder} does not exist.`);
    return 0;
  }
  const taken = takeHome(home, clock);
  if (!taken.taken) return refuse(context, home, taken.holder);
  try {
    if (hasFormerCrew(home)) {
      screen.say(`Servers of a killed start are still stopping in ${home.folder}; try again soon.`);
      return 1;
    }
    if (!(await isConfirmed(home, args, around.hasTerminal))) {
      screen.say('Nothing was deleted. Type yes when asked, or run: npm run reset -- --yes');
      return 1;
    }
    const doomed = readdirSync(home.folder).filter((name) => OURS.test(name));
    for (const name of doomed) rmSync(path.join(home.folder, name), { recursive: true });
  } finally {
    taken.lock.release();
  }
  const left = readdirSync(home.folder);
  if (left.length === 0) rmdirSync(home.folder);
  const kept = left.length === 0 ? '' : ` Not ours, and kept: ${left.join(', ')}.`;
  screen.say(`Deleted: all orders, stock and tokens in ${home.folder}.${kept}`);
  return 0;
}

function refuse({ screen }: LaunchContext, home: Home, holder: Holder): number {
  screen.say(`${alreadyRunning(home, holder)}Nothing was deleted.`);
  return 1;
}

async function isConfirmed(
  home: Home,
  args: readonly string[],
  hasTerminal: boolean,
): Promise<boolean> {
  if (args.includes('--yes')) return true;
  if (!hasTerminal) return false;
  return saysYes(`Delete all orders, stock and tokens in ${home.folder}? Type yes: `);
}
