import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Paths from the root of the project, with slashes, and what is in each file. */
export type Tree = ReadonlyMap<string, string>;

export const ROOT = rootAbove(dirname(fileURLToPath(import.meta.url)));

/** All files of the project that are not ignored, text ones only; Git itself need not be there. */
export function projectFiles(): Tree {
  const ignored = ignoreRules(readFileSync(join(ROOT, '.gitignore'), 'utf8'));
  const tree = new Map<string, string>();
  collect('', ignored, tree);
  return tree;
}

export function under(tree: Tree, ...folders: readonly string[]): Tree {
  return select(tree, (path) => folders.some((folder) => path.startsWith(`${folder}/`)));
}

export function select(tree: Tree, chosen: (path: string) => boolean): Tree {
  return new Map([...tree].filter(([path]) => chosen(path)));
}

export function isCode(path: string): boolean {
  return /\.(ts|tsx|mjs)$/.test(path);
}

/** Fails with one line for each problem, so that a reader can start mending from the report. */
export function expectNone(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Error(`${problems.length} found:\n  ${problems.join('\n  ')}`);
}

/** Understands the two forms our .gitignore uses: `folder/` and `*.ending`. */
function ignoreRules(text: string): (name: string, folder: boolean) => boolean {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const folders = new Set(lines.filter((l) => l.endsWith('/')).map((l) => l.slice(0, -1)));
  const endings = lines.filter((line) => line.startsWith('*.')).map((line) => line.slice(1));
  const other = lines.find((line) => !line.endsWith('/') && !line.startsWith('*.'));
  if (other !== undefined)
    throw new Error(`.gitignore has ${other}: teach repo-files.ts to read it`);
  return (name, folder) =>
    folder
      ? name === '.git' || folders.has(name)
      : name === '.git' || endings.some((ending) => name.endsWith(ending));
}

function collect(
  folder: string,
  ignored: ReturnType<typeof ignoreRules>,
  tree: Map<string, string>,
): void {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (ignored(entry.name, entry.isDirectory())) continue;
    if (entry.isDirectory()) collect(path, ignored, tree);
    else if (entry.isFile()) {
      const text = readFileSync(join(ROOT, path), 'utf8');
      if (!text.includes('\0')) tree.set(path, text);
    }
  }
}

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package-lock.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('no package-lock.json above the house tests');
  return rootAbove(parent);
}
