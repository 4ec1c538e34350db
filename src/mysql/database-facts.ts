import { present } from '../kernel/index.ts';
import type { Sql } from './database.ts';

/** What a server says of itself and of our session. */
export interface DatabaseFacts {
  readonly version: string;
  readonly sqlMode: string;
  readonly isolation: string;
}

export async function databaseFacts(sql: Sql): Promise<DatabaseFacts> {
  const [row] = await sql.rows<{ version: string; sqlMode: string }>(
    'SELECT VERSION() AS version, @@SESSION.sql_mode AS sqlMode',
  );
  // MySQL and MariaDB call the same thing by two names; each knows only its own in a SELECT.
  const [level] = await sql.rows<{ Value: string }>(
    "SHOW VARIABLES WHERE Variable_name IN ('tx_isolation', 'transaction_isolation')",
  );
  return { ...present(row, 'the version row'), isolation: level?.Value ?? 'not told' };
}
