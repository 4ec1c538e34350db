import { AppError } from '../kernel/index.ts';
import { csvCells, isOpen } from './csv-cells.ts';
import { rawLines } from './file-lines.ts';

export const RECORD_FORMATS = ['csv', 'ndjson'] as const;
export type RecordFormat = (typeof RECORD_FORMATS)[number];

/** One record of a file, still unchecked; or why it is none. */
export interface FileRecord {
  readonly line: number;
  readonly bytes: number;
  readonly value: unknown;
  readonly problem?: string;
}

/** Columns that a file may have besides, and those of one whose first line names none. */
export interface MoreColumns {
  readonly mayHave?: readonly string[];
  readonly bare?: readonly string[];
}

/** More lines than this are no cell: a quote was not closed. */
const CELL_LINES_MAX = 100;

/** The format that the name of a file tells; null when it tells none. */
export function formatOf(path: string): RecordFormat | null {
  const ending = /\.(csv|ndjson|jsonl)$/i.exec(path)?.[1]?.toLowerCase();
  if (ending === 'jsonl') return 'ndjson';
  return RECORD_FORMATS.find((format) => format === ending) ?? null;
}

/**
 * The records of a file, one after the other. Of CSV the first line names the columns, values are
 * texts, and what is empty is left out.
 */
export async function* readRecords(
  path: string,
  format: RecordFormat,
  columns: readonly string[],
  more: MoreColumns = {},
): AsyncGenerator<FileRecord> {
  if (format === 'csv') yield* csvRecords(path, columns, more);
  else yield* jsonRecords(path);
}

async function* jsonRecords(path: string): AsyncGenerator<FileRecord> {
  for await (const { number: line, text, bytes } of rawLines(path)) {
    if (text.trim() === '') continue;
    try {
      yield { line, bytes, value: JSON.parse(text) as unknown };
    } catch {
      yield { line, bytes, value: null, problem: 'this line is not JSON' }; // counted as refused
    }
  }
}

async function* csvRecords(
  path: string,
  columns: readonly string[],
  more: MoreColumns,
): AsyncGenerator<FileRecord> {
  let names: readonly string[] | undefined;
  for await (const { line, bytes, text } of csvTexts(path)) {
    const cells = csvCells(text);
    if (!names) {
      const isBare = more.bare && !cells?.some((cell) => isName(cell, columns, more));
      names = isBare ? more.bare : headerOf(path, cells, columns, more);
      if (!isBare) continue;
    }
    if (!cells) yield { line, bytes, value: null, problem: 'this line is not CSV' };
    else if (cells.length !== names.length) {
      const problem = `${cells.length} columns, allowed are the ${names.length} of the first line`;
      yield { line, bytes, value: null, problem };
    } else yield { line, bytes, value: objectOf(names, cells) };
  }
}

/** A record may go over several lines: a quoted cell holds line ends. */
async function* csvTexts(
  path: string,
): AsyncGenerator<{ readonly line: number; readonly bytes: number; readonly text: string }> {
  let open: { readonly line: number; readonly texts: string[] } | undefined;
  for await (const { number, text, bytes } of rawLines(path)) {
    if (!open && text.trim() === '') continue;
    open ??= { line: number, texts: [] };
    open.texts.push(text);
    const whole = open.texts.join('\n');
    if (isOpen(whole) && open.texts.length < CELL_LINES_MAX) continue;
    yield { line: open.line, bytes, text: whole };
    open = undefined;
  }
  if (open) yield { line: open.line, bytes: 0, text: open.texts.join('\n') };
}

function isName(cell: string, columns: readonly string[], { mayHave = [] }: MoreColumns): boolean {
  return columns.includes(cell) || mayHave.includes(cell);
}

function headerOf(
  path: string,
  cells: readonly string[] | null,
  columns: readonly string[],
  more: MoreColumns,
) {
  const missing = columns.filter((name) => !cells?.includes(name));
  const strange = cells?.filter((name) => !isName(name, columns, more)) ?? [];
  const isTwice = cells !== null && new Set(cells).size !== cells.length;
  if (cells && missing.length === 0 && strange.length === 0 && !isTwice) return cells;
  const may = more.mayHave ? `; and may name ${more.mayHave.join(',')}` : '';
  throw new AppError(
    'invalid-file',
    `the first line of ${path} must name the columns ${columns.join(',')}, each once${may}`,
    { details: { missing, strange } },
  );
}

function objectOf(names: readonly string[], cells: readonly string[]): Record<string, string> {
  const filled = names.map((name, at) => [name, cells[at] ?? ''] as const);
  return Object.fromEntries(filled.filter(([, cell]) => cell !== ''));
}
