import { formatOf, type ImportReport, importRecords, RECORD_FORMATS } from '../../records/index.ts';
import { orderIdField, reasonField } from '../../shapes/index.ts';
import type { Session } from '../command-session.ts';
import { counted, table } from '../format.ts';
import { checkedGiven, choiceIn, textIn } from '../given.ts';
import type { Options, Plan } from '../plan.ts';
import { checkStockFile, digestOf, STOCK_FILE, type StockRow, stockRowIn } from '../stock-file.ts';
import { Differences, foreseerOf, keeperOf } from '../stock-keeper.ts';

export const stockImport: Plan = {
  name: 'import',
  takes: '<file>',
  summary: 'Set what is for sale, or was counted, from a CSV or NDJSON file',
  more:
    'Columns: goodsId, available or onHand (units on hold among them), and expectedVersion\n' +
    'where a row is to be refused when its stock has changed since. The whole file is checked\n' +
    'first: of a file with a bad line nothing is imported. Each row happens once for the\n' +
    'content of its file, so an import that broke off is simply run again; --run does the\n' +
    'same file once more.',
  options: [
    ['--dry-run', 'say what would change, and change nothing'],
    ['--differences <file>', 'with --dry-run: write every difference to a new CSV file'],
    ['--format <format>', 'csv or ndjson, where the name of the file does not tell'],
    ['--reason <text>', 'why, for the ledger (default: import)'],
    ['--run <name>', 'a name for this run; under another name the same file is another import'],
  ],
  examples: [
    'holdfast stock import stock.csv --dry-run',
    'holdfast stock import stock.csv --reason "stock-taking 2026"',
  ],
  act: async (session, [file], options) => {
    const path = String(file);
    const asked = choiceIn('format', textIn(options, 'format'), RECORD_FORMATS);
    const format = asked ?? formatOf(path) ?? 'csv';
    const { reason, run } = checkedGiven(
      { reason: reasonField, run: orderIdField },
      {},
      { reason: options['reason'] ?? 'import', run: options['run'] ?? 'first' },
    );
    const lines = await checkStockFile(path, format);
    const digest = await digestOf(path, run);
    const differences = await Differences.to(textIn(options, 'differences'));
    const { keeper, dryRun } = await chosenKeeper(
      session,
      options,
      { digest, reason },
      differences,
    );
    const progress = session.progress();
    const report = await importRecords<StockRow>({
      path,
      format,
      ...STOCK_FILE,
      check: stockRowIn,
      keyOf: ({ goodsId }) => goodsId,
      keep: keeper.keep,
      onProgress: (now) => progress.show(now),
    });
    progress.end();
    await differences.close();
    if (report.refused > 0) session.exitCode = 1;
    const { changed, unchanged, refused, problems } = report;
    const counts = { changed, unchanged, repeated: keeper.repeated, refused, problems };
    const shown = dryRun ? { differences: differences.shown } : {};
    session.print({ file: path, lines, dryRun, ...counts, ...shown }, () =>
      [reportText(report, keeper.repeated, dryRun), ...differencesText(differences, changed)].join(
        '\n',
      ),
    );
  },
};

async function chosenKeeper(
  session: Session,
  options: Options,
  run: { readonly digest: string; readonly reason: string },
  differences: Differences,
) {
  const dryRun = options['dryRun'] === true;
  const keeper = dryRun
    ? await foreseerOf(session, run, (some) => differences.add(some))
    : await keeperOf(session, run);
  return { keeper, dryRun };
}

function reportText(report: ImportReport, repeated: number, dryRun: boolean): string {
  const { rows, changed, unchanged, refused, problems } = report;
  const before = repeated === 0 ? '' : ` (${repeated} of them done by a run before)`;
  const counts = `${changed} changed, ${unchanged} as before${before}, ${refused} refused`;
  const head = `${counted(rows, 'line')}: ${counts}${dryRun ? '; nothing was changed' : ''}`;
  const lines = problems.map(({ line, code, message }) => `  line ${line}: ${code}: ${message}`);
  const more = refused > problems.length ? [`  and ${refused - problems.length} more`] : [];
  return [head, ...lines, ...more].join('\n');
}

function differencesText({ shown }: Differences, changed: number): readonly string[] {
  if (shown.length === 0) return [];
  const rows = shown.map(({ goodsId, now, becomes }) => [goodsId, now, becomes]);
  const more = changed > shown.length ? [`and ${changed - shown.length} more`] : [];
  return [table(['goods', 'now', 'becomes'], rows), ...more];
}
