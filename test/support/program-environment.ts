import { type Places, placesToLook } from '../../src/launch/find-servers.ts';
import { passedOn } from '../../src/launch/watched-spawn.ts';

/** What a program started by a test gets: this machine's settings, and of Holdfast's only these. */
export function programEnvironment(
  settings: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...passedOn(process.env, (name) => name.startsWith('HOLDFAST_')), ...settings };
}

/** Where this machine may have the programs of servers. */
export function machinePlaces(): Places {
  return placesToLook(process.env, false);
}
