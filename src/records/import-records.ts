import { statSync } from 'node:fs';
import { AppError, codeOf, messageOf } from '../kernel/index.ts';
import { type FileRecord, type RecordFormat, readRecords } from './read-records.ts';

/** What became of a row: one of the words, or why it was refused. */
export type ImportVerdict = 'created' | 'changed' | 'unchanged' | AppError;

export interface ImportPlan<Row> {
  readonly path: string;
  readonly format: RecordFormat;
  readonly columns: readonly string[];
  /** Columns that a file may have besides. */
  readonly mayHave?: readonly string[];
  /** The columns of a CSV file whose first line names none. */
  readonly bare?: readonly string[];
  /** Answers the row, or throws what is wrong with it. */
  readonly check: (value: unknown, format: RecordFormat, line: number) => Row;
  /** Rows with one key are never kept together: the later one is to see the earlier. */
  readonly keyOf: (row: Row) => string | number;
  /** Keeps rows, or says what would become of them; a verdict for each. */
  readonly keep: (rows: readonly Row[]) => Promise<readonly ImportVerdict[]>;
  readonly onProgress: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  readonly rows: number;
  /** From 0 to 1. */
  readonly share: number;
}

export interface RefusedLine {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

export interface ImportReport {
  readonly rows: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
  /** The first of those that were refused. */
  readonly problems: readonly RefusedLine[];
}

const BATCH = 500;
/** Whoever has more of them has one mistake many times. */
const PROBLEMS_MAX = 20;

/**
 * Takes a file in, a batch at a time: the next is read when the one before is kept, so that memory
 * stays what a batch needs. A row that is refused keeps no other.
 */
export async function importRecords<Row>(plan: ImportPlan<Row>): Promise<ImportReport> {
  const tally = new ImportTally();
  const total = sizeOf(plan.path);
  let batch = new Map<string | number, { readonly line: number; readonly row: Row }>();
  const keep = async (bytes: number): Promise<void> => {
    const rows = [...batch.values()];
    batch = new Map();
    const verdicts = rows.length === 0 ? [] : await plan.keep(rows.map(({ row }) => row));
    for (const [at, { line }] of rows.entries()) tally.add(line, verdicts[at]);
    plan.onProgress({ rows: tally.report.rows, share: total === 0 ? 1 : bytes / total });
  };
  for await (const record of readRecords(plan.path, plan.format, plan.columns, plan)) {
    const row = checkedRow(plan, record, tally);
    if (row === undefined) continue;
    const key = plan.keyOf(row);
    if (batch.has(key) || batch.size === BATCH) await keep(record.bytes);
    batch.set(key, { line: record.line, row });
  }
  await keep(total);
  return tally.report;
}

function checkedRow<Row>(
  { check, format }: ImportPlan<Row>,
  { line, value, problem }: FileRecord,
  tally: ImportTally,
): Row | undefined {
  try {
    if (problem !== undefined) throw new AppError('invalid-input', problem);
    return check(value, format, line);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    tally.add(line, error);
    return undefined;
  }
}

class ImportTally {
  private readonly counts = { created: 0, changed: 0, unchanged: 0, refused: 0 };
  private readonly problems: RefusedLine[] = [];

  add(line: number, verdict: ImportVerdict | undefined): void {
    if (typeof verdict === 'string') {
      this.counts[verdict] += 1;
      return;
    }
    this.counts.refused += 1;
    if (this.problems.length >= PROBLEMS_MAX) return;
    this.problems.push({ line, code: codeOf(verdict), message: messageOf(verdict) });
  }

  get report(): ImportReport {
    const { created, changed, unchanged, refused } = this.counts;
    const rows = created + changed + unchanged + refused;
    const problems = this.problems.toSorted((one, other) => one.line - other.line);
    return { rows, ...this.counts, problems };
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw new AppError('invalid-file', `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
