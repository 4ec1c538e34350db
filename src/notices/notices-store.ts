import { type DatabaseTime, secondsAfter } from '../kernel/index.ts';
import type { Sql } from '../mysql/index.ts';
import { type Notice, PATIENCE_SECONDS } from './notice.ts';

/**
 * Part of the transaction that makes them true. Whoever writes of a subject holds the lock of its
 * row, so the numbers of one subject rise in the order in which things came true.
 */
export async function insertNotices(
  sql: Sql,
  notices: readonly Notice[],
  now: DatabaseTime,
): Promise<void> {
  if (notices.length === 0) return;
  const giveUpAt = secondsAfter(now, PATIENCE_SECONDS);
  await sql.write('INSERT INTO notices (kind, subject, body, at, due_at, give_up_at) VALUES ?', [
    notices.map(({ kind, subject, facts }) => [
      kind,
      subject,
      JSON.stringify(facts),
      now,
      now,
      giveUpAt,
    ]),
  ]);
}
