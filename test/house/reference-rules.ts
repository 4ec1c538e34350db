import { select, type Tree, under } from './repo-files.ts';
import { readSource } from './source-text.ts';

/** Every code that the program can answer with: the first argument of an error or a refusal. */
/** What stands before a code: an error, a refusal, a problem with its status, a pair of both. */
const BEFORE_A_CODE =
  /(?:\b(?:new (?:App|Holdfast)Error|refused)\(|\bproblem\(\s*\d{3},|\[[45]\d\d,)\s*$/;

export function codesInUse(tree: Tree): ReadonlySet<string> {
  const codes = [...under(tree, 'src').values()].flatMap((source) => {
    const { code, strings } = readSource(source);
    return strings
      .filter(({ at }) => BEFORE_A_CODE.test(code.slice(0, at)))
      .map(({ text }) => text);
  });
  return new Set(codes);
}

/** Every code a page lists: as the first cell of a table row, or as a heading. */
export function codesListed(page: string): ReadonlySet<string> {
  return new Set(matches(page, /^(?:\|\s*|#+\s+)`([a-z][a-z0-9-]*)`/gm));
}

const NAME = /^HOLDFAST_[A-Z0-9_]+$/;

/** The settings that the program reads, and those that only the launcher does. */
export function settingsRead(tree: Tree): { program: Set<string>; launcher: Set<string> } {
  const namesIn = (part: Tree) =>
    [...part.values()].flatMap((source) => {
      const { code, strings } = readSource(source);
      const quoted = strings.map(({ text }) => text).filter((text) => NAME.test(text));
      return [...quoted, ...matches(code, /\b(HOLDFAST_[A-Z0-9_]+)\b/g)];
    });
  return {
    program: new Set(namesIn(select(tree, (path) => path === 'src/app/config.ts'))),
    launcher: new Set(namesIn(under(tree, 'src/launch', 'scripts'))),
  };
}

/** Every setting a page names; `X_FILE` is another way to give X, and needs no line of its own. */
export function settingsListed(page: string): ReadonlySet<string> {
  return new Set(matches(page, /\b(HOLDFAST_[A-Z0-9_]*[A-Z0-9])\b/g).map(withoutFile));
}

/** Every setting the example file gives, in a comment or not. */
export function settingsExampled(text: string): ReadonlySet<string> {
  return new Set(matches(text, /^(?:#\s*)?(HOLDFAST_[A-Z0-9_]+)=/gm).map(withoutFile));
}

/** Commands that a page tells its reader to run and that package.json does not have. */
export function unknownCommands(pages: Tree, manifest: string): string[] {
  const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> };
  return [...pages].flatMap(([path, page]) =>
    matches(page, /\bnpm run (?:-s |--silent )?([a-z][a-z0-9:-]*)/g)
      .filter((name) => !Object.hasOwn(scripts, name))
      .map((name) => `${path} says npm run ${name}, which package.json does not have`),
  );
}

export function missingFrom(
  list: ReadonlySet<string>,
  wanted: Iterable<string>,
  say: (name: string) => string,
): string[] {
  return [...new Set(wanted)].filter((name) => !list.has(name)).map(say);
}

/** The text of a file that must be there: a list that does not exist holds nobody to anything. */
export function required(tree: Tree, path: string): string {
  const text = tree.get(path);
  if (text === undefined) throw new Error(`${path} does not exist`);
  return text;
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((found) => found[1] ?? '');
}

function withoutFile(name: string): string {
  return name.replace(/_FILE$/, '');
}
