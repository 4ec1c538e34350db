import type { Knex } from 'knex';
import { databaseError } from './sql-error.ts';

/**
 * Reads of one moment on one connection. Sessions read what is committed at each statement, and
 * Knex cannot ask for a level and for read-only together in words that MariaDB and MySQL take.
 */
export async function inSnapshot<T>(
  knex: Knex,
  work: (connection: unknown) => Promise<T>,
): Promise<T> {
  const named = (error: unknown): never => {
    throw databaseError(error);
  };
  const connection: unknown = await knex.client.acquireConnection().catch(named);
  const run = async (text: string) => await knex.raw(text).connection(connection).catch(named);
  try {
    await run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    await run('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    const result = await work(connection);
    await run('COMMIT');
    return result;
  } catch (error) {
    // There is nothing to undo, but the connection must not go back to the pool inside of it.
    await run('ROLLBACK').catch(() => undefined); // a lost connection has ended it already
    throw error;
  } finally {
    await knex.client.releaseConnection(connection);
  }
}
