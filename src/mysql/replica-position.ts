import type { Sql } from './database.ts';

/** MariaDB and MySQL call it by two names, and each shows only its own. Anybody may ask. */
const NAMES = ['gtid_current_pos', 'gtid_executed'];

/** How far a server has come in what is replicated; null where it counts nothing. */
export async function positionOf(sql: Sql): Promise<string | null> {
  const [row] = await sql.rows<{ Value: string }>(
    'SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)',
    [NAMES],
  );
  const position = row?.Value.replace(/\s/g, '') ?? '';
  return position === '' ? null : position;
}

/** Whether whoever is at the one position has all that was there at the other. */
export function covers(position: string, other: string): boolean {
  const has = transactionsAt(position);
  return [...transactionsAt(other)].every(([source, wanted]) => {
    const had = has.get(source) ?? [];
    return wanted.every(([first, last]) => had.some(([from, to]) => from <= first && last <= to));
  });
}

type Interval = readonly [first: bigint, last: bigint];

/**
 * MariaDB: `domain-server-number`, and a number says that all before it are there as well.
 * MySQL: `server:1-5:7`, sets of intervals; a server may have names for its sets since 8.3.
 */
function transactionsAt(position: string): Map<string, readonly Interval[]> {
  const found = new Map<string, Interval[]>();
  for (const part of position.split(',')) {
    const maria = /^(\d+)-\d+-(\d+)$/.exec(part);
    if (maria) {
      found.set(maria[1] ?? '', [[0n, BigInt(maria[2] ?? '0')]]);
      continue;
    }
    const [server = '', ...rest] = part.split(':');
    let source = server;
    for (const one of rest) {
      const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(one) ?? [];
      if (first === undefined) source = `${server}:${one}`;
      else found.set(source, [...(found.get(source) ?? []), intervalOf(first, last ?? first)]);
    }
  }
  return found;
}

function intervalOf(first: string, last: string): Interval {
  return [BigInt(first), BigInt(last)];
}
