import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { csvLine } from './csv-cells.ts';
import type { RecordFormat } from './read-records.ts';

type Cells = Readonly<Record<string, string | number | null>>;

/** Writes records as fast as they are taken; answers how many there were. */
export async function writeRecords(
  pages: AsyncIterable<readonly Cells[]>,
  format: RecordFormat,
  columns: readonly string[],
  to: Writable,
  { ends }: { readonly ends: boolean },
): Promise<number> {
  let written = 0;
  const texts = async function* (): AsyncGenerator<string> {
    if (format === 'csv') yield `${csvLine(columns)}\n`;
    for await (const page of pages) {
      written += page.length;
      if (page.length > 0) yield page.map((row) => `${lineOf(row, format, columns)}\n`).join('');
    }
  };
  await pipeline(Readable.from(texts()), to, { end: ends });
  return written;
}

function lineOf(row: Cells, format: RecordFormat, columns: readonly string[]): string {
  const cells = columns.map((name) => row[name] ?? null);
  if (format === 'csv') return csvLine(cells);
  return JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, cells[at]])));
}
