import { present } from '../src/kernel/index.ts';
import type { Sql } from '../src/mysql/index.ts';

export async function databaseFacts(sql: Sql): Promise<{ version: string; pidFile: string }> {
  const [row] = await sql.rows<{ version: string; pid_file: string }>(
    'SELECT VERSION() AS version, @@pid_file AS pid_file',
  );
  const { version, pid_file: pidFile } = present(row, 'the row of server variables');
  return { version, pidFile };
}

/** Statements that clients have sent to the server since it started. */
export async function questionsAsked(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Questions'");
  return Number(present(row, 'the status row').Value);
}

export async function tableCount(sql: Sql): Promise<number> {
  return (await sql.rows('SHOW TABLES')).length;
}
