import { randomName } from '../../kernel/index.ts';
import type { SagaEvent, StockOutcome } from '../../saga/index.ts';
import { counted } from '../format.ts';
import type { Plan } from '../plan.ts';
import type { Session } from '../command-session.ts';
import { checkStockFile, type StockLine, stockLines } from '../stock-file.ts';

const BATCH = 500;

interface Imported {
  readonly file: string;
  readonly lines: number;
  readonly dryRun: boolean;
  changed: number;
  unchanged: number;
}

export const stockImport: Plan = {
  name: 'import',
  takes: '<file>',
  summary: 'Set what is for sale from a CSV file of goodsId,available',
  more: 'The whole file is checked first: of a file with a bad line nothing is imported.',
  options: [['--dry-run', 'check the file and change nothing']],
  examples: ['holdfast stock import stock.csv --dry-run', 'holdfast stock import stock.csv'],
  act: async (session, [file], { dryRun }) => {
    const path = String(file);
    const lines = await checkStockFile(path);
    const result: Imported = {
      file: path,
      lines,
      dryRun: dryRun === true,
      changed: 0,
      unchanged: 0,
    };
    if (!result.dryRun) await importLines(session, path, result);
    session.print(result, () =>
      result.dryRun
        ? `${counted(lines, 'line')} in order; nothing was changed`
        : `${counted(lines, 'line')}: ${result.changed} changed, ${result.unchanged} as before`,
    );
  },
};

async function importLines(session: Session, path: string, result: Imported): Promise<void> {
  const { saga } = await session.app();
  const run = randomName(8);
  let batch: StockLine[] = [];
  const send = async (): Promise<void> => {
    const answers = await saga.advanceAll(batch.map((line) => eventOf(line, run)));
    batch = [];
    for (const answer of answers) {
      if ('error' in answer) throw answer.error;
      const { change } = answer.outcome as StockOutcome;
      if (change === 'changed') result.changed += 1;
      else result.unchanged += 1;
    }
    session.say(`imported ${result.changed + result.unchanged} of ${result.lines}`);
  };
  for await (const line of stockLines(path)) {
    batch.push(line);
    if (batch.length === BATCH) await send();
  }
  if (batch.length > 0) await send();
}

function eventOf({ goodsId, available }: StockLine, run: string): SagaEvent {
  return {
    kind: 'stock-set',
    goodsId,
    available,
    reason: 'import',
    idempotencyKey: `import-${run}-${goodsId}`,
    via: { cause: 'cli', attempt: 1 },
  };
}
