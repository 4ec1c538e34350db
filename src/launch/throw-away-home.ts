import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { hasFormerCrew } from './crew.ts';
import { type Home, homeAt } from './home.ts';
import { livingHolder } from './home-lock.ts';

const PREFIX = 'holdfast-throw-away-';

/** A home for one run of tests or of a benchmark. Those of killed runs are cleared away first. */
export function throwAwayHome(parent: string = os.tmpdir()): Home {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(PREFIX)) removeIfAbandoned(homeAt(path.join(parent, name)));
  }
  return homeAt(realpathSync(mkdtempSync(path.join(parent, PREFIX))));
}

/** Without a lock it may be the home of a run that is just beginning: left alone. */
function removeIfAbandoned(home: Home): void {
  if (existsSync(home.lock) && !livingHolder(home) && !hasFormerCrew(home)) removeHome(home);
}

export function removeHome(home: Home): void {
  rmSync(home.folder, { recursive: true, force: true });
}
