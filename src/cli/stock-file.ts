import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { AppError, messageOf } from '../kernel/index.ts';
import { importRecords, type RecordFormat } from '../records/index.ts';
import type { SagaEvent } from '../saga/index.ts';
import { availableField, checkedFields, goodsIdField, versionField } from '../shapes/index.ts';
import { badLines } from './bad-lines.ts';
import { numberIn } from './given.ts';

/** What was counted of one goods id: what is for sale, or that and what is on hold. */
export interface StockRow {
  readonly goodsId: number;
  readonly available?: number | undefined;
  readonly onHand?: number | undefined;
  readonly expectedVersion?: number | undefined;
}

/** As a file is written; one that is read may have `onHand` in the place of `available`. */
export const STOCK_COLUMNS = ['goodsId', 'available', 'expectedVersion'] as const;
export const STOCK_FILE = {
  columns: ['goodsId'],
  mayHave: ['available', 'onHand', 'expectedVersion'],
  bare: ['goodsId', 'available'],
} as const;

const NAMES = [...STOCK_FILE.columns, ...STOCK_FILE.mayHave] as const;
const check = checkedFields(
  { goodsId: goodsIdField },
  { available: availableField, onHand: availableField, expectedVersion: versionField },
);

export function stockRowIn(value: unknown, format: RecordFormat): StockRow {
  const fields = { ...(value as Readonly<Record<string, unknown>>) };
  for (const name of NAMES) {
    if (format === 'csv' && name in fields) fields[name] = numberIn(fields[name]);
  }
  const row = check(fields);
  if ((row.available === undefined) === (row.onHand === undefined)) {
    throw new AppError('invalid-input', 'available or onHand is wanted, and not both');
  }
  return row;
}

/**
 * Reads the file once and answers how many rows it has, or throws naming the bad ones: of a file
 * with a typing error nothing is done. All that is kept of a row is where it stood.
 */
export async function checkStockFile(path: string, format: RecordFormat): Promise<number> {
  const lineOf = new Map<number, number>();
  const { refused, problems } = await importRecords<StockRow>({
    path,
    format,
    ...STOCK_FILE,
    check: (value, as, line) => {
      const row = stockRowIn(value, as);
      const first = lineOf.get(row.goodsId);
      if (first !== undefined) {
        throw new AppError('invalid-input', `goodsId ${row.goodsId} is in line ${first} already`);
      }
      lineOf.set(row.goodsId, line);
      return row;
    },
    keyOf: ({ goodsId }) => goodsId,
    keep: (rows) => Promise.resolve(rows.map(() => 'unchanged')),
    onProgress: () => undefined,
  });
  if (refused > 0) {
    throw badLines(
      path,
      refused,
      problems.map(({ line, message }) => ({ line, problem: message })),
    );
  }
  if (lineOf.size > 0) return lineOf.size;
  throw new AppError('invalid-file', `${path} has no lines; each must be goodsId,available`);
}

/** The same for the same content under the same name: what its keys are made of. */
export async function digestOf(path: string, name: string): Promise<string> {
  const hash = createHash('sha256').update(`${name}\n`);
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (cause) {
    throw new AppError('invalid-file', `${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
  return hash.digest('hex').slice(0, 32);
}

type UnitsEvent = Extract<SagaEvent, { kind: 'stock-set' | 'stock-count' }>;

/** A row happens once for its file: what a run before it has done is not done again. */
export function eventOfRow(row: StockRow, digest: string, reason: string): UnitsEvent {
  const { goodsId, available, onHand, expectedVersion } = row;
  const about = {
    goodsId,
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
    reason,
    idempotencyKey: `import-${digest}-${goodsId}`,
    isOnce: true,
    via: { cause: 'cli', attempt: 1 },
  } as const;
  return available === undefined
    ? { kind: 'stock-count', ...about, onHand: onHand ?? 0 }
    : { kind: 'stock-set', ...about, available };
}
