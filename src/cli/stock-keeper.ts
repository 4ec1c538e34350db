import { open } from 'node:fs/promises';
import { AppError, messageOf } from '../kernel/index.ts';
import type { ImportVerdict } from '../records/index.ts';
import type { StockOutcome } from '../saga/index.ts';
import type { Session } from './command-session.ts';
import { eventOfRow, type StockRow } from './stock-file.ts';

export interface Difference {
  readonly goodsId: number;
  readonly now: number;
  readonly becomes: number;
}

export interface StockRun {
  readonly digest: string;
  readonly reason: string;
}

/** Keeps rows of a stock file, or says what would become of them. */
export interface StockKeeper {
  /** Rows that a run before this one had done already. */
  repeated: number;
  readonly keep: (rows: readonly StockRow[]) => Promise<readonly ImportVerdict[]>;
}

export async function keeperOf(session: Session, run: StockRun): Promise<StockKeeper> {
  const { saga } = await session.app();
  const keeper: StockKeeper = {
    repeated: 0,
    keep: async (rows) => {
      const events = rows.map((row) => eventOfRow(row, run.digest, run.reason));
      const answers = await saga.advanceAll(events);
      return answers.map((answer) => {
        // What cannot be written now may be later: the file is run again, and goes on here.
        if ('error' in answer) throw answer.error;
        return verdictOf(answer.outcome as StockOutcome, keeper);
      });
    },
  };
  return keeper;
}

export async function foreseerOf(
  session: Session,
  run: StockRun,
  onDifferences: (differences: readonly Difference[]) => Promise<void>,
): Promise<StockKeeper> {
  const database = await session.database();
  const { foreseeStock } = await import('../saga/index.ts');
  const keeper: StockKeeper = {
    repeated: 0,
    keep: async (rows) => {
      const events = rows.map((row) => eventOfRow(row, run.digest, run.reason));
      const foreseen = await foreseeStock(database, events);
      const differences = foreseen.flatMap(
        ({ before, outcome: { goodsId, change, balance } }, at) => {
          if (change !== 'changed') return [];
          const counted = (of: typeof before) =>
            of.available + (rows[at]?.onHand === undefined ? 0 : of.held);
          return [{ goodsId, now: counted(before), becomes: counted(balance) }];
        },
      );
      await onDifferences(differences);
      return foreseen.map(({ outcome }) => verdictOf(outcome, keeper));
    },
  };
  return keeper;
}

function verdictOf(outcome: StockOutcome, keeper: StockKeeper): ImportVerdict {
  const { change, code = 'refused', message = 'refused', repeated } = outcome;
  if (repeated) keeper.repeated += 1;
  return change === 'refused' ? new AppError(code, message) : change;
}

/** The first differences are kept to be shown, all of them go to a file where one is named. */
export class Differences {
  static readonly shownMax = 100;
  readonly shown: Difference[] = [];
  private readonly file: Awaited<ReturnType<typeof open>> | undefined;

  private constructor(file: Differences['file']) {
    this.file = file;
  }

  static async to(path: string | undefined): Promise<Differences> {
    if (path === undefined) return new Differences(undefined);
    try {
      const file = await open(path, 'wx');
      await file.write('goodsId,now,becomes\n');
      return new Differences(file);
    } catch (cause) {
      const why = `${path} cannot be written: ${messageOf(cause)}`;
      throw new AppError('invalid-file', why, { cause });
    }
  }

  async add(differences: readonly Difference[]): Promise<void> {
    this.shown.push(...differences.slice(0, Differences.shownMax - this.shown.length));
    const lines = differences.map(({ goodsId, now, becomes }) => `${goodsId},${now},${becomes}\n`);
    await this.file?.write(lines.join(''));
  }

  async close(): Promise<void> {
    await this.file?.close();
  }
}
