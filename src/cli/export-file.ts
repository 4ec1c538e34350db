import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { AppError, messageOf } from '../kernel/index.ts';
import { writeRecords } from '../records/index.ts';
import type { Session } from './command-session.ts';
import { counted } from './format.ts';
import { textIn } from './given.ts';
import { fileFormat } from './goods-file.ts';
import type { Options } from './plan.ts';

type Rows = readonly Readonly<Record<string, string | number>>[];

export interface ExportPlan {
  /** What the document calls the number of rows. */
  readonly noun: string;
  readonly columns: readonly string[];
  readonly pages: () => Promise<AsyncIterable<Rows>>;
}

/** Writes rows to a new file, or to standard output, page by page. */
export async function exportRows(
  session: Session,
  path: string | undefined,
  options: Options,
  { noun, columns, pages }: ExportPlan,
): Promise<void> {
  if (path === undefined && session.json) {
    throw new AppError('wrong-use', 'name a file: with --json standard output has one document');
  }
  const format = fileFormat(textIn(options, 'format'), path);
  const rows = await pages();
  if (path === undefined) {
    await writeRecords(rows, format, columns, session.stdout as Writable, { ends: false });
    return;
  }
  const to = await newFile(path);
  const count = await writeRecords(rows, format, columns, to, { ends: true });
  session.print({ file: path, [noun]: count }, () => `${counted(count, 'line')} in ${path}`);
}

/** A file that is there already is never written over. */
async function newFile(path: string): Promise<Writable> {
  const to = createWriteStream(path, { flags: 'wx' });
  try {
    await once(to, 'open');
  } catch (cause) {
    const why = `${path} cannot be written: ${messageOf(cause)}`;
    throw new AppError('invalid-file', why, { cause });
  }
  return to;
}

/** All rows, a page at a time, each page after the last id of the one before. */
export async function* pagesOf<Row extends { readonly goodsId: number }>(
  pageAfter: (goodsId: number, limit: number) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  let after = 0;
  for (;;) {
    const page = await pageAfter(after, PAGE);
    yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.goodsId ?? after;
  }
}

const PAGE = 1000;
