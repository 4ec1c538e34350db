import { AppError } from '../kernel/index.ts';

/** MySQL answers JSON columns parsed, MariaDB as text. */
export function readJson<T>(value: unknown): T | null {
  if (value === null || value === undefined) return null;
  return (typeof value === 'string' ? JSON.parse(value) : value) as T;
}

/**
 * A conditional write must match exactly the rows it meant. If it does not, somebody changed them
 * in spite of our row locks, and the whole transaction must go back.
 */
export function sameRows(matched: number, meant: number, what: string): void {
  if (matched === meant) return;
  throw new AppError('write-mismatch', `${what}: meant ${meant} rows, matched ${matched}`, {
    retryable: true,
    details: { matched, meant },
  });
}
