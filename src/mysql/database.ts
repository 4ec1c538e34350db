import type { Knex } from 'knex';
import { type Logger, redactText, type TlsTrust } from '../kernel/index.ts';
import { knexFactory } from './driver-library.ts';
import { driverSettings } from './driver-settings.ts';
import { inOneTrip } from './one-trip.ts';
import { prepareSession, type RawConnection } from './session.ts';
import { OpenLines } from './open-lines.ts';
import { inSnapshot } from './snapshot.ts';
import { databaseError } from './sql-error.ts';

export type SqlValue = string | number | bigint | null | readonly SqlValue[];

/** What a store talks to: the database, or one transaction of it. */
export interface Sql {
  rows<Row>(text: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** Answers how many rows the statement matched (changed or not). */
  write(text: string, values?: readonly SqlValue[]): Promise<number>;
}

export interface Database extends Sql {
  /** All or nothing. Resolves only after the COMMIT was answered; a failed one rejects. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Many reads of one and the same moment: what commits meanwhile is not seen. Cannot write. */
  snapshot<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** What its connections are doing. */
  pool(): PoolState;
  close(): Promise<void>;
}

export interface PoolState {
  readonly used: number;
  readonly free: number;
  /** Statements and transactions that wait for a connection. */
  readonly waiting: number;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly logger: Logger;
  /** For a `mysqls` URL. */
  readonly tls?: TlsTrust;
  /** Connections at most. Default 12. */
  readonly poolSize?: number;
  /** A connection silent for this long in mid-statement is given up. Default 15 s. */
  readonly silenceMs?: number;
}

export function openDatabase(options: DatabaseOptions): Database {
  const lines = new OpenLines();
  const knex = openKnex({ ...options, lines });
  const watch = { logger: options.logger, lines };
  return {
    ...sqlOver(knex, watch),
    transaction: (work) => inTransaction(knex, lines, (trx) => work(sqlOver(trx, watch))),
    snapshot: (work) => inSnapshot(knex, (connection) => work(sqlOver(knex, watch, connection))),
    pool: () => poolState(knex),
    close: () => knex.destroy(),
  };
}

interface Watch {
  readonly logger: Logger;
  readonly lines: OpenLines;
}

interface Pool {
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}

function poolState(knex: Knex): PoolState {
  const pool = knex.client.pool as Pool | undefined; // gone once it is closed
  if (!pool) return { used: 0, free: 0, waiting: 0 };
  return { used: pool.numUsed(), free: pool.numFree(), waiting: pool.numPendingAcquires() };
}

export function openKnex({
  url,
  tls,
  logger,
  poolSize = 12,
  silenceMs = 15_000,
  lines,
}: DatabaseOptions & { readonly lines?: OpenLines }): Knex {
  return knexFactory()({
    client: 'mysql2',
    connection: driverSettings(url, tls),
    pool: {
      min: 0,
      max: poolSize,
      acquireTimeoutMillis: 10_000,
      idleTimeoutMillis: 10_000,
      afterCreate: (
        connection: RawConnection,
        done: (error: Error | null, connection: RawConnection) => void,
      ) => {
        lines?.add(connection);
        prepareSession(connection, silenceMs, done);
      },
    },
    log: {
      warn: (message: unknown) => logger.warn(redactText(String(message))),
      error: (message: unknown) => logger.error(redactText(String(message))),
      debug: () => undefined,
      deprecate: () => undefined,
    },
  });
}

/** Only the callback form: the other one reports a failed COMMIT as done. */
async function inTransaction<T>(
  knex: Knex,
  lines: OpenLines,
  work: (trx: Knex) => Promise<T>,
): Promise<T> {
  let own: { readonly error: unknown } | undefined;
  try {
    return await knex.transaction(async (trx) => {
      try {
        return await work(trx);
      } catch (error) {
        own = { error };
        throw error;
      }
    });
  } catch (error) {
    lines.leaveIfReadOnly(error); // a COMMIT can be the first to be refused
    // What the work itself threw is the reason, even when the rollback failed as well.
    throw own ? own.error : databaseError(error);
  }
}

/** Over one given connection, or over whichever of the pool is free. */
function sqlOver(runner: Knex, { logger, lines }: Watch, connection?: unknown): Sql {
  const send = async (text: string, values: readonly SqlValue[]): Promise<unknown> => {
    const traced = logger.writes('debug');
    const start = traced ? performance.now() : 0;
    try {
      const query = runner.raw(text, values as Knex.RawBinding[]);
      const [result] = (await (connection ? query.connection(connection) : query)) as [unknown];
      return result;
    } catch (error) {
      lines.leaveIfReadOnly(error);
      throw databaseError(error);
    } finally {
      if (traced) {
        const ms = Math.round((performance.now() - start) * 100) / 100;
        logger.debug('sql', { statement: text.slice(0, 80).replace(/\s+/g, ' '), ms });
      }
    }
  };
  // Outside of a transaction they belong to callers who know nothing of each other.
  const run = runner.isTransaction === true ? inOneTrip(send) : send;
  return {
    rows: async <Row>(text: string, values: readonly SqlValue[] = []) =>
      (await run(text, values)) as Row[],
    write: async (text, values = []) =>
      ((await run(text, values)) as { affectedRows: number }).affectedRows,
  };
}
