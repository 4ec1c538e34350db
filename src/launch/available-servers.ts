import { findServers, type FoundServers, type Places } from './find-servers.ts';
import { installAdvice } from './install-advice.ts';
import { type Circumstances, installPackages } from './install-packages.ts';
import type { LaunchSettings } from './launch-settings.ts';
import type { Needs } from './private-servers.ts';
import type { Screen } from './screen.ts';

export interface ServerSearch {
  readonly needs: Needs;
  readonly places: Places;
  readonly install: LaunchSettings['install'];
  readonly around: Circumstances;
  readonly screen: Screen;
  /** The mode, for the advice. */
  readonly mode: string;
}

/** The programs for every server that is needed, or null after telling how to get them. */
export async function availableServers(search: ServerSearch): Promise<FoundServers | null> {
  const { places, install, around, screen, mode } = search;
  const found = await findServers(places);
  const missing = missingOf(search.needs, found);
  if (!missing.database && !missing.redis) return found;

  if (await installPackages({ needs: missing, choice: install, around, places, screen })) {
    const again = await findServers(places);
    const still = missingOf(search.needs, again);
    if (!still.database && !still.redis) return again;
  }
  screen.say(`\n${installAdvice(missing, mode, found.broken)}\n`);
  return null;
}

function missingOf(needs: Needs, found: FoundServers): Needs {
  return {
    database: needs.database && found.database === null,
    redis: needs.redis && found.redis === null,
  };
}
