import { posix } from 'node:path';
import type { Tree } from './repo-files.ts';

/** Words that say what kind of thing is inside, and never what it is about. */
const NO_NAMES = new Set([
  'common',
  'helper',
  'helpers',
  'interfaces',
  'manager',
  'managers',
  'misc',
  'services',
  'types',
  'util',
  'utils',
]);

const KEBAB_FILE = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+)+$/;
const MIGRATION = /^migrations\/(?:\d{4}[-_][a-z0-9]+(?:[-_][a-z0-9]+)*|[a-z]+(?:-[a-z]+)*)\.ts$/;
const KEBAB_FOLDER = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Every room has a door, and every program a main: these names may come again. */
const MANY = new Set(['index.ts', 'main.ts']);

export function wrongNames(tree: Tree): string[] {
  return [...tree.keys()].flatMap((path) => {
    const folders = path.split('/').slice(0, -1);
    const file = posix.basename(path);
    const kebab = path.startsWith('migrations/') ? MIGRATION.test(path) : KEBAB_FILE.test(file);
    const words = [...folders, file].flatMap((part) => part.split(/[-_.]/));
    const empty = words.filter((word) => NO_NAMES.has(word));
    return [
      ...(kebab && folders.every((folder) => KEBAB_FOLDER.test(folder))
        ? []
        : [`${path} is not kebab-case`]),
      ...empty.map((word) => `${path} says "${word}": name it after what it is about`),
    ];
  });
}

/** Editor tabs and stack traces show the last part of a path only, so that part must tell. */
export function sharedNames(tree: Tree): string[] {
  const byName = new Map<string, string[]>();
  for (const path of tree.keys()) {
    const name = posix.basename(path);
    byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  return [...byName]
    .filter(([name, paths]) => paths.length > 1 && !MANY.has(name))
    .map(([name, paths]) => `${name} is the name of ${paths.join(' and of ')}`);
}
