import type { Attempt, ChaosEvent } from '../chaos-history.ts';
import type { Dump } from '../database-dump.ts';

/** What is held against each other: what the world was told, and what the database has. */
export interface Evidence {
  readonly events: readonly ChaosEvent[];
  readonly attempts: readonly Attempt[];
  readonly dump: Dump;
  /** Operations that never got an answer, though all was healed. */
  readonly unanswered: number;
}

/** A promise that was broken, by the name of the invariant. */
export interface Broken {
  readonly id: string;
  readonly what: string;
}

export type Check = (evidence: Evidence) => Broken[];

export function groupBy<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

export function sumOf<Row>(rows: readonly Row[], valueOf: (row: Row) => number): number {
  return rows.reduce((sum, row) => sum + valueOf(row), 0);
}
