import { exportRows, pagesOf } from '../export-file.ts';
import { GOODS_COLUMNS } from '../goods-file.ts';
import type { Plan } from '../plan.ts';

export const goodsExport: Plan = {
  name: 'export',
  takes: '[file]',
  summary: 'Write all goods to a file that import reads, or to standard output',
  options: [['--format <format>', 'csv or ndjson, where the name of the file does not tell']],
  examples: ['holdfast goods export goods.csv', 'holdfast goods export --format ndjson | gzip'],
  act: async (session, [file], options) => {
    await exportRows(session, file === undefined ? undefined : String(file), options, {
      noun: 'goods',
      columns: GOODS_COLUMNS,
      pages: async () => {
        const reads = await session.reads();
        const { goodsAfter } = await import('../../catalogue/index.ts');
        return pagesOf(async (after, limit) => {
          const page = await reads.read((sql) => goodsAfter(sql, after, limit));
          return page.value.map((goods) => ({ ...goods }));
        });
      },
    });
  },
};
