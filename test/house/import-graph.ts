import { posix } from 'node:path';
import type { Tree } from './repo-files.ts';
import { lineAt, readSource } from './source-text.ts';

export interface Import {
  readonly from: string;
  readonly line: number;
  /** As written: `./order.ts`, `node:fs`, `luxon`. */
  readonly specifier: string;
  /** The file meant, for a relative path; none for a package. */
  readonly target: string | undefined;
}

const BEFORE_SPECIFIER = /\b(?:from|import|require)\s*\(?\s*$/;

/** Every import, re-export and dynamic import of a literal path, types included. */
export function importsOf(path: string, source: string): Import[] {
  const { code, strings } = readSource(source);
  return strings
    .filter(({ at }) => BEFORE_SPECIFIER.test(code.slice(Math.max(0, at - 30), at)))
    .map(({ text, at }) => ({
      from: path,
      line: lineAt(source, at),
      specifier: text,
      target: text.startsWith('.') ? posix.join(posix.dirname(path), text) : undefined,
    }));
}

export function allImports(tree: Tree): Import[] {
  return [...tree].flatMap(([path, source]) => importsOf(path, source));
}

/** Each cycle once, as `a.ts -> b.ts -> a.ts`. A cycle of types alone is a knot too. */
export function cycles(imports: readonly Import[]): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, target } of imports) {
    if (target !== undefined) targets.set(from, [...(targets.get(from) ?? []), target]);
  }
  const done = new Set<string>();
  const found: string[] = [];

  function visit(file: string, trail: readonly string[]): void {
    const start = trail.indexOf(file);
    if (start >= 0) found.push([...trail.slice(start), file].join(' -> '));
    if (start >= 0 || done.has(file)) return;
    for (const next of targets.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  }

  for (const file of targets.keys()) visit(file, []);
  return found;
}
