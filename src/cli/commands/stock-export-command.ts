import { exportRows, pagesOf } from '../export-file.ts';
import type { Plan } from '../plan.ts';
import { STOCK_COLUMNS } from '../stock-file.ts';

export const stockExport: Plan = {
  name: 'export',
  takes: '[file]',
  summary: 'Write what is for sale to a file that import reads, or to standard output',
  more:
    'Imported again with its column expectedVersion, a row is refused when its stock has\n' +
    'changed since; without that column it is set whatever has happened.',
  options: [['--format <format>', 'csv or ndjson, where the name of the file does not tell']],
  examples: ['holdfast stock export stock.csv', 'holdfast stock export --format ndjson | gzip'],
  act: async (session, [file], options) => {
    await exportRows(session, file === undefined ? undefined : String(file), options, {
      noun: 'stock',
      columns: STOCK_COLUMNS,
      pages: async () => {
        const database = await session.database();
        const { stockAfter } = await import('../../stock/index.ts');
        return pagesOf(async (after, limit) => {
          const page = await stockAfter(database, after, limit);
          return page.map(({ goodsId, available, version }) => ({
            goodsId,
            available,
            expectedVersion: version,
          }));
        });
      },
    });
  },
};
