import { AppError, distrustOf } from '../kernel/index.ts';

/**
 * What a failed statement means for the work around it.
 *
 * - conflict: another transaction was in the way; everything again, from the start.
 * - duplicate: a unique key was there first; read again and decide anew.
 * - unavailable: the database cannot be reached or may not write now.
 * - data: these very values are refused, and always will be; or they are too much at once (1153).
 * - broken: the statement itself cannot be carried out here (permission, missing table, full disk,
 *   a mistake of ours). A person must mend it; then the same work succeeds, so it is kept for then.
 */
export type SqlFailure = 'conflict' | 'duplicate' | 'unavailable' | 'data' | 'broken';

const BY_NUMBER: ReadonlyMap<number, SqlFailure> = new Map([
  ...numbers('conflict', 1213, 1205, 1020, 3058, 3572),
  ...numbers('duplicate', 1062),
  ...numbers(
    'unavailable',
    1040,
    1047,
    1053,
    1129,
    1203,
    1226,
    1290,
    1792,
    1836,
    1317,
    1927,
    1969,
    2006,
    2013,
    3024,
    4031,
  ),
  ...numbers('data', 1048, 1153, 1264, 1265, 1292, 1366, 1406, 1451, 1452, 1690, 3140, 3819, 4025),
]);

const LOST = /closed state|connection lost|socket has been ended|Timeout acquiring a connection/i;
const NETWORK =
  /^(PROTOCOL_|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_|ER_CON_COUNT)/;

/** By number, not by code: the driver names some of MariaDB's errors after MySQL's others. */
export function failureOf(error: unknown): SqlFailure {
  const { errno, code, message } = error as { errno?: number; code?: string; message?: string };
  const known = errno === undefined ? undefined : BY_NUMBER.get(errno);
  if (known) return known;
  if (code !== undefined && NETWORK.test(code)) return 'unavailable';
  if (message !== undefined && LOST.test(message)) return 'unavailable';
  return 'broken';
}

/** What a person must mend: who we are to the server, and what we may do there. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [1045, 'the database refuses this user or password'],
  [1044, 'this user may not use this database'],
  [1049, 'there is no such database on this server; create it, or mend the URL'],
  [1142, 'this user may not do this to a table'],
  [1143, 'this user may not do this to a column'],
]);

interface DriverError {
  readonly errno?: number;
  readonly code?: string;
  readonly message?: string;
  readonly sqlMessage?: string;
  readonly address?: string;
  readonly port?: number;
}

const KEY_NAME = /for key '([^']{1,100})'$/;

/** The driver's own words may quote values, so they are kept as the cause, not repeated. */
export function databaseError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const failure = failureOf(error);
  const { errno, code, sqlMessage, address, port } = error as DriverError;
  const refusal = errno === undefined ? undefined : REFUSALS.get(errno);
  if (refusal !== undefined) {
    return new AppError('database-refuses-us', `${refusal}: ${sqlMessage ?? code}`, {
      retryable: true, // once it is mended; work that is turned away here must not be lost
      details: { errno },
      cause: error,
    });
  }
  const distrust = code === 'HANDSHAKE_SSL_ERROR' ? distrustOf(error) : undefined;
  if (distrust !== undefined) {
    return new AppError('database-not-trusted', `the database is not trusted: ${distrust}`, {
      retryable: true, // as above
      cause: error,
    });
  }
  // The name of the key says which rule was met; the value before it may be personal.
  const key = failure === 'duplicate' ? KEY_NAME.exec(sqlMessage ?? '')?.[1] : undefined;
  const facts = [errno, key].filter((fact) => fact !== undefined).join(', ');
  const where = address === undefined ? '' : ` at ${address}:${port}`;
  const what =
    failure === 'unavailable'
      ? `the database cannot be reached${where} (${code ?? errno ?? 'connection lost'})`
      : `the database answered ${failure}${facts === '' ? '' : ` (${facts})`}`;
  return new AppError('database-failed', what, {
    retryable: failure !== 'data',
    details: { failure, errno, driverCode: code, ...(key && { key }) },
    cause: error,
  });
}

export function isFailure(error: unknown, ...failures: readonly SqlFailure[]): boolean {
  return (
    error instanceof AppError &&
    error.code === 'database-failed' &&
    failures.includes(error.details['failure'] as SqlFailure)
  );
}

function numbers(failure: SqlFailure, ...list: readonly number[]): [number, SqlFailure][] {
  return list.map((number) => [number, failure]);
}
