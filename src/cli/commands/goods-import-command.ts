import type { GoodsRow } from '../../catalogue/index.ts';
import { type ImportReport, type ImportVerdict, importRecords } from '../../records/index.ts';
import { counted } from '../format.ts';
import { textIn } from '../given.ts';
import { fileFormat, GOODS_COLUMNS, goodsRowIn } from '../goods-file.ts';
import type { Plan } from '../plan.ts';
import type { Session } from '../command-session.ts';

export const goodsImport: Plan = {
  name: 'import',
  takes: '<file>',
  summary: 'Take goods in from a CSV or NDJSON file',
  more:
    `Columns: ${GOODS_COLUMNS.join(', ')}.\nA line that is refused keeps no other. What is there ` +
    'already in the same words is not written,\nso an import that broke off is simply run again.',
  options: [
    ['--dry-run', 'say what would become of each line, and change nothing'],
    ['--format <format>', 'csv or ndjson, where the name of the file does not tell'],
  ],
  examples: [
    'holdfast goods import goods.csv --dry-run',
    'holdfast goods import goods.ndjson --json',
  ],
  act: async (session, [file], options) => {
    const path = String(file);
    const dryRun = options['dryRun'] === true;
    const format = fileFormat(textIn(options, 'format'), path);
    const keep = await keeperOf(session, dryRun);
    const progress = session.progress();
    const report = await importRecords<GoodsRow>({
      path,
      format,
      columns: GOODS_COLUMNS,
      check: goodsRowIn,
      keyOf: ({ goodsId }) => goodsId,
      keep,
      onProgress: (now) => progress.show(now),
    });
    progress.end();
    if (report.refused > 0) session.exitCode = 1;
    session.print({ file: path, dryRun, ...report }, () => reportText(report, dryRun));
  },
};

async function keeperOf(
  session: Session,
  dryRun: boolean,
): Promise<(rows: readonly GoodsRow[]) => Promise<readonly ImportVerdict[]>> {
  const { judgeGoods, keepGoods } = await import('../../catalogue/index.ts');
  if (dryRun) {
    const database = await session.database();
    return (rows) => judgeGoods(database, rows);
  }
  const { database, goods } = await session.app();
  return async (rows) => {
    const ids = rows.map(({ goodsId }) => goodsId);
    return await goods.changing(ids, (raisesEpoch) => keepGoods(database, rows, { raisesEpoch }));
  };
}

function reportText(report: ImportReport, dryRun: boolean): string {
  const { rows, created, changed, unchanged, refused, problems } = report;
  const head =
    `${counted(rows, 'line')}: ${created} created, ${changed} changed, ` +
    `${unchanged} as before, ${refused} refused${dryRun ? '; nothing was changed' : ''}`;
  const lines = problems.map(({ line, code, message }) => `  line ${line}: ${code}: ${message}`);
  const more = refused > problems.length ? [`  and ${refused - problems.length} more`] : [];
  return [head, ...lines, ...more].join('\n');
}
