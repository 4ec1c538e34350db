import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Goods } from '../../catalogue/index.ts';
import { AppError, messageOf } from '../../kernel/index.ts';
import type { Database } from '../../mysql/index.ts';
import { writeRecords } from '../../records/index.ts';
import { counted } from '../format.ts';
import { textIn } from '../given.ts';
import { fileFormat, GOODS_COLUMNS } from '../goods-file.ts';
import type { Plan } from '../plan.ts';

const PAGE = 1000;

export const goodsExport: Plan = {
  name: 'export',
  takes: '[file]',
  summary: 'Write all goods to a file that import reads, or to standard output',
  options: [['--format <format>', 'csv or ndjson, where the name of the file does not tell']],
  examples: ['holdfast goods export goods.csv', 'holdfast goods export --format ndjson | gzip'],
  act: async (session, [file], options) => {
    const path = file === undefined ? undefined : String(file);
    if (path === undefined && session.json) {
      throw new AppError('wrong-use', 'name a file: with --json standard output has one document');
    }
    const format = fileFormat(textIn(options, 'format'), path);
    const pages = pagesOf(await session.database());
    if (path === undefined) {
      const { stdout } = session;
      await writeRecords(pages, format, GOODS_COLUMNS, stdout as Writable, { ends: false });
      return;
    }
    const goods = await writeFile(path, (to) =>
      writeRecords(pages, format, GOODS_COLUMNS, to, { ends: true }),
    );
    session.print({ file: path, goods }, () => `${counted(goods, 'line')} in ${path}`);
  },
};

/** A file that is there already is never written over. */
async function writeFile<T>(path: string, write: (to: Writable) => Promise<T>): Promise<T> {
  const to = createWriteStream(path, { flags: 'wx' });
  try {
    await once(to, 'open');
  } catch (error) {
    throw new AppError('invalid-file', `${path} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return await write(to);
}

async function* pagesOf(
  database: Database,
): AsyncGenerator<readonly Readonly<Record<string, string | number>>[]> {
  const { goodsAfter } = await import('../../catalogue/index.ts');
  let after = 0;
  for (;;) {
    const page: readonly Goods[] = await goodsAfter(database, after, PAGE);
    yield page.map((goods) => ({ ...goods }));
    if (page.length < PAGE) return;
    after = page.at(-1)?.goodsId ?? after;
  }
}
