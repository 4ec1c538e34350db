import type { Socket } from 'node:net';
import { AppError } from '../kernel/index.ts';

/** The part of a driver connection that a new session needs. */
export interface RawConnection {
  readonly stream: Socket;
  query(text: string, done: (error: Error | null, rows?: unknown) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
}

/**
 * Strict mode is a barrier of its own: without it the server cuts or rounds what does not fit,
 * and NO_UNSIGNED_SUBTRACTION once turned 3 - 5 into 0.
 */
const SQL_MODE =
  'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY';

const SETTINGS = [
  `SET SESSION sql_mode = '${SQL_MODE}', time_zone = '+00:00', innodb_lock_wait_timeout = 5`,
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

const FACTS = `SELECT VERSION() AS version, @@SESSION.sql_mode AS mode,
  @@SESSION.max_allowed_packet AS packet`;

/**
 * The largest batch, of 400 orders with 100 lines and much metadata each, makes statements of
 * nearly 6 MiB. A server that takes less cuts the line in the middle of one, without a word, and
 * would do so at every attempt.
 */
const PACKET_LEAST = 8 * 1024 * 1024;

interface SessionFacts {
  readonly version: string;
  readonly mode: string;
  readonly packet: number;
}

export function prepareSession(
  connection: RawConnection,
  silenceMs: number,
  done: (error: Error | null, connection: RawConnection) => void,
): void {
  // A half-open link would hang a statement for ever: nothing in the driver has a limit for it.
  connection.stream.setTimeout(silenceMs, () => {
    connection.stream.destroy(new Error(`connection lost: silent for ${silenceMs} ms`));
  });
  runAll(connection, [...SETTINGS, FACTS], (error, rows) => {
    if (error) return done(error, connection);
    const facts = (rows as SessionFacts[])[0];
    done(facts ? refusalOf(facts) : null, connection);
  });
}

function runAll(
  connection: RawConnection,
  [first, ...rest]: readonly string[],
  done: (error: Error | null, rows?: unknown) => void,
): void {
  if (first === undefined) return done(null);
  connection.query(first, (error, rows) => {
    if (error || rest.length === 0) return done(error, rows);
    runAll(connection, rest, done);
  });
}

export function refusalOf({ version, mode, packet }: SessionFacts): AppError | null {
  if (!isRecentEnough(version)) {
    return new AppError(
      'database-too-old',
      `the database is ${version}, allowed is MariaDB from 10.6 or MySQL from 8.0.16`,
      { details: { version } },
    );
  }
  if (!mode.includes('STRICT_TRANS_TABLES') || mode.includes('NO_BACKSLASH_ESCAPES')) {
    return new AppError(
      'database-not-strict',
      `sql_mode is ${mode}, allowed is one with STRICT_TRANS_TABLES and ` +
        'without NO_BACKSLASH_ESCAPES',
      { details: { mode } },
    );
  }
  if (packet < PACKET_LEAST) {
    return new AppError(
      'database-packet-small',
      `max_allowed_packet is ${packet}, allowed is from ${PACKET_LEAST}: set it on the server`,
      { details: { packet } },
    );
  }
  return null;
}

export function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  const least = /mariadb/i.test(version) ? [10, 6, 0] : [8, 0, 16];
  const found = [major, minor, patch];
  const first = found.findIndex((part, index) => part !== least[index]);
  return first === -1 || (found[first] ?? 0) > (least[first] ?? 0);
}
