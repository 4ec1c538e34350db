import { AppError, codeOf } from '../kernel/index.ts';

/** What the keys of the tables refuse: MySQL's numbers, which MariaDB shares. */
const STILL_USED = 1451;
const NOT_THERE = 1452;
const TAKEN = 1062;

export interface KeyRefusals {
  readonly stillUsed?: () => AppError;
  readonly notThere?: () => AppError;
  readonly taken?: () => AppError;
}

/**
 * Runs a statement, and says in our words what a key of the database refused. The keys decide:
 * whoever only looked first would decide on what may be gone by the time of the write.
 */
export async function underKeys<T>(work: () => Promise<T>, refusals: KeyRefusals): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || codeOf(error) !== 'database-failed') throw error;
    const { errno } = error.details;
    const refusal =
      (errno === STILL_USED && refusals.stillUsed?.()) ||
      (errno === NOT_THERE && refusals.notThere?.()) ||
      (errno === TAKEN && refusals.taken?.());
    throw refusal || error;
  }
}

export function stillInUse(what: string, by: string): AppError {
  return new AppError('still-in-use', `${what} is still used by ${by}`);
}
