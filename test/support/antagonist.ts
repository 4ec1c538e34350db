import { pause } from '../../src/kernel/index.ts';
import type { Database, Sql } from '../../src/mysql/index.ts';
import { until } from './until.ts';

/** A foreign transaction in the way, which ends when it is told to. */
export interface Antagonist {
  readonly sql: Sql;
  leave(): Promise<void>;
}

/** Leaves by itself at last, so that a test that fails does not hang as well. */
const PATIENCE_MS = 8000;

export async function antagonist(
  database: Database,
  begin: (sql: Sql) => Promise<unknown>,
): Promise<Antagonist> {
  const leaving = new AbortController();
  const [sql, done] = await new Promise<[Sql, Promise<void>]>((entered, failed) => {
    const transaction = database.transaction(async (inside) => {
      await begin(inside);
      entered([inside, transaction]);
      await pause(PATIENCE_MS, leaving.signal);
    });
    transaction.catch(failed);
  });
  return {
    sql,
    leave: async () => {
      leaving.abort();
      await done;
    },
  };
}

/** The database shows this table anew only to one who has not looked for a tenth of a second. */
const FRESH_MS = 120;

/** Answers the session of the one that waits for a row, even when the table is a little old. */
export async function waitingSession(sql: Sql): Promise<number> {
  let session = 0;
  const lookedUp = async (): Promise<boolean> => {
    const [row] = await sql.rows<{ id: number }>(
      `SELECT t.trx_mysql_thread_id AS id FROM information_schema.innodb_trx t
       JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
       WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE() AND p.command = 'Query'
         AND p.id <> CONNECTION_ID()`,
    );
    session = row?.id ?? 0;
    return row !== undefined;
  };
  await until(lookedUp, 10_000, 'that somebody waits for a row', FRESH_MS);
  return session;
}
