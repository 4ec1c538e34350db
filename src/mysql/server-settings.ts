import { present } from '../kernel/index.ts';
import type { Sql } from './database.ts';

/** How a server was set up, and what the account that asks may do there. */
export interface ServerSettings {
  readonly version: string;
  readonly isMariaDb: boolean;
  /** Milliseconds since 1970 by its clock. */
  readonly nowMs: number;
  /** Variables that this server knows, by their names. */
  readonly variables: ReadonlyMap<string, string>;
  readonly grants: readonly string[];
}

export async function readServerSettings(
  sql: Sql,
  names: readonly string[],
): Promise<ServerSettings> {
  const [row] = await sql.rows<{ version: string; nowMs: string }>(
    `SELECT VERSION() AS version,
       ROUND(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6)) / 1000) AS nowMs`,
  );
  const { version, nowMs } = present(row, 'the row of the version');
  const variables = await sql.rows<{ Variable_name: string; Value: string }>(
    `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names.map(() => '?').join(', ')})`,
    [...names],
  );
  const grants = await sql.rows<Record<string, string>>('SHOW GRANTS');
  return {
    version,
    isMariaDb: version.includes('MariaDB'),
    nowMs: Number(nowMs),
    variables: new Map(variables.map(({ Variable_name: name, Value }) => [name, Value])),
    grants: grants.flatMap((one) => Object.values(one)),
  };
}

/** Those of these tables that the account that asks may not read, or that are not there. */
export async function unreadableOf(
  sql: Sql,
  tables: readonly string[],
): Promise<readonly string[]> {
  const unread: string[] = [];
  for (const table of tables) {
    try {
      await sql.rows(`SELECT 1 FROM ${table} LIMIT 1`);
    } catch {
      unread.push(table); // which is what was asked
    }
  }
  return unread;
}
