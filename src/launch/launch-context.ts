import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, type Random, systemClock, systemRandom } from '../kernel/index.ts';
import { placesToLook, type Places } from './find-servers.ts';
import { type Circumstances, circumstances } from './install-packages.ts';
import { type Environment, type LaunchSettings, readLaunchSettings } from './launch-settings.ts';
import { createScreen, type Screen } from './screen.ts';

/** This file is dist/src/launch/launch-context.js when it runs. */
export const PROJECT_FOLDER = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  '../../..',
);

export const builtFile = (...names: string[]) => path.join(PROJECT_FOLDER, 'dist', ...names);

/** What every mode of the launcher works with. */
export interface LaunchContext {
  readonly mode: string;
  readonly args: readonly string[];
  readonly env: Environment;
  readonly settings: LaunchSettings;
  readonly places: Places;
  readonly around: Circumstances;
  readonly screen: Screen;
  readonly clock: Clock;
  readonly random: Random;
}

export function launchContext(mode: string, args: readonly string[]): LaunchContext {
  const env: Environment = process.env;
  const settings = readLaunchSettings(env, PROJECT_FOLDER);
  // What a benchmark writes to standard output may be read by a program.
  const stream = mode.startsWith('bench') ? process.stderr : process.stdout;
  return {
    mode,
    args,
    env,
    settings,
    places: placesToLook(env, settings.hideServers),
    around: circumstances(env),
    screen: createScreen(stream, systemClock),
    clock: systemClock,
    random: systemRandom,
  };
}
