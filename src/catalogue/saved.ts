import { AppError } from '../kernel/index.ts';

/** What became of a wish to have a row as it was sent. */
export interface Saved<Row> {
  readonly change: 'created' | 'changed' | 'unchanged';
  readonly row: Row;
}

/** Refuses a change that was decided on an older row than there is. */
export function assertVersion(
  what: string,
  found: { readonly version: number },
  expected: number | undefined,
): void {
  if (expected === undefined || expected === found.version) return;
  const { version } = found;
  throw new AppError('version-conflict', `${what} is at version ${version}, not ${expected}`, {
    details: { version },
  });
}
