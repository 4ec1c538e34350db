import type { Sql } from './database.ts';

/** What was read, and how old it is at the most. */
export interface Aged<T> {
  readonly value: T;
  readonly ageMs: number;
}

export interface ReadCounts {
  primary: number;
  replica: number;
  /** By the primary, in place of a replica that could not be asked. */
  fellBack: number;
}

/** Reads of those who only look, and may be shown what was true some seconds ago. */
export interface Reads {
  read<T>(work: (sql: Sql) => Promise<T>): Promise<Aged<T>>;
  /** For those who may have written: what is true now. */
  readOfNow<T>(work: (sql: Sql) => Promise<T>): Promise<Aged<T>>;
  readonly counts: Readonly<ReadCounts>;
}

export function noReads(): ReadCounts {
  return { primary: 0, replica: 0, fellBack: 0 };
}

/** Where there is no replica. */
export function readsOfPrimary(primary: Sql): Reads {
  const counts = noReads();
  const read = async <T>(work: (sql: Sql) => Promise<T>): Promise<Aged<T>> => {
    counts.primary += 1;
    return { value: await work(primary), ageMs: 0 };
  };
  return { read, readOfNow: read, counts };
}
