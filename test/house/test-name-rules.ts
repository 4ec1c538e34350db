import type { Tree } from './repo-files.ts';

/** How a page names a test: `test/.../file.ts`: *its title* */
const NAMED = /`(test\/[\w/.-]+\.ts)`: \*([^*]+)\*/g;
const TITLE = /\bit\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g;

export interface NamedTest {
  readonly path: string;
  readonly title: string;
}

export function namedTests(page: string): NamedTest[] {
  return [...page.matchAll(NAMED)].map(([, path = '', title = '']) => ({ path, title }));
}

/** Tests that a page names and that are not there: it would promise what nothing holds. */
export function missingTests(tree: Tree): string[] {
  return [...tree].flatMap(([page, text]) =>
    page.endsWith('.md')
      ? namedTests(text)
          .filter(({ path, title }) => !titlesIn(tree.get(path) ?? '').has(title))
          .map(({ path, title }) => `${page} names "${title}", which is not a test in ${path}`)
      : [],
  );
}

function titlesIn(source: string): ReadonlySet<string> {
  return new Set([...source.matchAll(TITLE)].map(([, , title = '']) => title));
}
