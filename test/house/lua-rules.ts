import { select, type Tree } from './repo-files.ts';

export function scripts(tree: Tree): Tree {
  return select(tree, (path) => path.endsWith('.lua'));
}

const SECTIONS = ['Purpose', 'KEYS', 'ARGV', 'Returns'] as const;

/**
 * A script begins with a comment in four sections, `Purpose:`, `KEYS:`, `ARGV:` and `Returns:`.
 * KEYS and ARGV number what the body reads by number (`1 owner`), say `3.. owners` for what it
 * reads in a loop from there, are plain words when all of them are read in a loop, or `none`.
 */
export function wrongScripts(tree: Tree): string[] {
  return [...scripts(tree)].flatMap(([path, text]) => {
    const { header, body } = parts(text);
    const sections = sectionsOf(header);
    return [
      ...SECTIONS.filter((name) => !sections.get(name)?.join('').trim()).map(
        (name) => `${path} does not say "${name}: ..." in its header`,
      ),
      ...(header[0]?.startsWith('Purpose:') ? [] : [`${path} does not begin with its purpose`]),
      ...(['KEYS', 'ARGV'] as const).flatMap((table) =>
        differences(path, table, sections.get(table) ?? [], body),
      ),
    ];
  });
}

interface Indices {
  readonly single: ReadonlySet<number>;
  /** Where the reading in a loop begins; nothing when there is none. */
  readonly loop: number | undefined;
}

function differences(
  path: string,
  table: string,
  section: readonly string[],
  body: string,
): string[] {
  const named = namedIn(section);
  const read = readIn(body, table);
  const unnamed = [...read.single].filter((i) => !named.single.has(i) && i < (named.loop ?? i + 1));
  const unread = [...named.single].filter((i) => !read.single.has(i));
  return [
    ...unnamed.map((i) => `${path} reads ${table}[${i}], which its header does not name`),
    ...unread.map((i) => `${path} names ${table}[${i}] in its header and does not read it`),
    ...(named.loop === undefined && read.loop !== undefined
      ? [`${path} reads ${table} in a loop: say so in the header (1.. or plain words)`]
      : []),
    ...(named.loop !== undefined && read.loop === undefined
      ? [`${path} names many of ${table} in its header and reads them nowhere`]
      : []),
  ];
}

function namedIn(section: readonly string[]): Indices {
  const items = section.flatMap((line) => {
    const item = /^\s*(\d+)(\.\.)?\s/.exec(line);
    return item ? [{ index: Number(item[1]), many: item[2] !== undefined }] : [];
  });
  const all = items.length === 0 && section.length > 0 && !/^\s*none\b/.test(section.join(' '));
  return {
    single: new Set(items.filter(({ many }) => !many).map(({ index }) => index)),
    loop: all ? 1 : items.find(({ many }) => many)?.index,
  };
}

function sectionsOf(header: readonly string[]): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of header) {
    const head = /^(\w+):(.*)$/.exec(line);
    if (head === null) current.push(line);
    else {
      current = [head[2] ?? ''];
      sections.set(head[1] ?? '', current);
    }
  }
  return sections;
}

function readIn(body: string, table: string): Indices {
  const reads = [...body.matchAll(new RegExp(`\\b${table}\\b(?:\\s*\\[\\s*(\\d+)\\s*\\])?`, 'g'))];
  return {
    single: new Set(reads.flatMap((read) => (read[1] === undefined ? [] : [Number(read[1])]))),
    loop: reads.some((read) => read[1] === undefined) ? 1 : undefined,
  };
}

/** The comment a script begins with, and the rest without comments and strings. */
function parts(text: string): { header: string[]; body: string } {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('--'));
  const body = lines.slice(end < 0 ? lines.length : end).join('\n');
  return {
    header: lines.slice(0, Math.max(end, 0)).map((line) => line.replace(/^--\s?/, '').trimEnd()),
    body: body.replace(/--\[\[[\s\S]*?\]\]|--[^\n]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/g, ' '),
  };
}
