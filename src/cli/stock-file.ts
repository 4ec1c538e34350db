import { AppError, messageOf } from '../kernel/index.ts';
import { csvCells, fileLines } from '../records/index.ts';
import { availableField, checkedFields, goodsIdField } from '../shapes/index.ts';
import { numberIn } from './given.ts';

export interface StockLine {
  readonly goodsId: number;
  readonly available: number;
}

/** Bad lines shown; whoever has more of them has one mistake many times. */
const SHOWN_MAX = 20;
const checkLine = checkedFields({ goodsId: goodsIdField, available: availableField }, {});

/** Reads the file once and answers how many lines it has, or throws naming the bad ones. */
export async function checkStockFile(path: string): Promise<number> {
  const lineOf = new Map<number, number>();
  const problems: { line: number; problem: string }[] = [];
  let bad = 0;
  for await (const { number, text } of numberedLines(path)) {
    try {
      const { goodsId } = parsed(text);
      const first = lineOf.get(goodsId);
      if (first !== undefined) {
        throw new AppError('invalid-input', `goodsId ${goodsId} is in line ${first} already`);
      }
      lineOf.set(goodsId, number);
    } catch (error) {
      bad += 1;
      if (bad <= SHOWN_MAX) problems.push({ line: number, problem: messageOf(error) });
    }
  }
  if (bad > 0) throw badLines(path, bad, problems);
  if (lineOf.size > 0) return lineOf.size;
  throw new AppError('invalid-file', `${path} has no lines; each must be goodsId,available`);
}

export async function* stockLines(path: string): AsyncGenerator<StockLine> {
  for await (const { text } of numberedLines(path)) yield parsed(text);
}

/** Bad lines of a file, each with its number and what is wrong with it. */
export function badLines(
  path: string,
  bad: number,
  problems: readonly { readonly line: number; readonly problem: string }[],
): AppError {
  const shown = problems.map(({ line, problem }) => `line ${line}: ${problem}`);
  const more = bad > problems.length ? [`and ${bad - problems.length} more`] : [];
  const head = `${path} has ${bad} bad ${bad === 1 ? 'line' : 'lines'}; nothing was done`;
  return new AppError('invalid-file', [head, ...shown, ...more].join('\n  '), {
    details: { bad, problems },
  });
}

/** The first line may name the columns. */
async function* numberedLines(path: string): AsyncGenerator<{ number: number; text: string }> {
  for await (const line of fileLines(path)) {
    const isHeader = line.number === 1 && /^"?goodsId"?\s*,\s*"?available"?$/i.test(line.text);
    if (!isHeader) yield line;
  }
}

function parsed(text: string): StockLine {
  const cells = csvCells(text);
  if (cells?.length !== 2) {
    const found = cells ? `${cells.length} columns` : 'no CSV';
    throw new AppError('invalid-input', `${found}, allowed is goodsId,available`);
  }
  return checkLine({ goodsId: numberIn(cells[0]), available: numberIn(cells[1]) });
}
