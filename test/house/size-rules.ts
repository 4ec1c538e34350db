import { isCode, type Tree } from './repo-files.ts';

export const LONGEST_FILE = 400;
export const MEDIAN_BELOW = 100;
const LONGEST_TEST = 70;
const WIDEST_LINE = 100;

const TEST_BLOCK = /^(\s*)(?:it|before|after|beforeEach|afterEach)\(/;

export function longFiles(tree: Tree): string[] {
  return [...tree]
    .map(([path, text]) => ({ path, lines: linesOf(text).length }))
    .filter(({ lines }) => lines > LONGEST_FILE)
    .map(({ path, lines }) => `${path} has ${lines} lines, allowed are ${LONGEST_FILE}: split it`);
}

export function wideLines(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) =>
    linesOf(text)
      .map((line, index) => ({ width: line.length, place: `${path}:${index + 1}` }))
      .filter(({ width }) => width > WIDEST_LINE)
      .map(({ width, place }) => `${place} has ${width} columns, allowed are ${WIDEST_LINE}`),
  );
}

export function medianLines(tree: Tree): number {
  const sizes = [...tree]
    .filter(([path]) => isCode(path))
    .map(([, text]) => linesOf(text).length)
    .toSorted((a, b) => a - b);
  return sizes[Math.floor(sizes.length / 2)] ?? 0;
}

/** Long tests and hooks. The linter measures functions; it cannot tell a test from a chapter. */
export function longTests(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) => {
    const lines = linesOf(text);
    return lines.flatMap((line, start) => {
      const indent = TEST_BLOCK.exec(line)?.[1];
      if (indent === undefined || line.endsWith(');')) return [];
      const end = lines.findIndex((l, at) => at > start && l.startsWith(`${indent}}`));
      const length = end - start + 1;
      if (length <= LONGEST_TEST) return [];
      return [`${path}:${start + 1} is ${length} lines long, allowed are ${LONGEST_TEST}`];
    });
  });
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}
