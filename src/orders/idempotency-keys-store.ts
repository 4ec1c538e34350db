import type { Sql } from '../mysql/index.ts';

/** How long a key goes on meaning what it was first used for. */
export const KEYS_KEPT_DAYS = 7;

export interface KeyUse {
  readonly key: string;
  /** A digest of what was asked for with it, in hex. */
  readonly content: string;
}

/** Keeps what each key was first used for, and answers what that was. */
export async function claimKeys(
  sql: Sql,
  uses: readonly KeyUse[],
): Promise<ReadonlyMap<string, string>> {
  const sorted = uses.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  await sql.write(
    `INSERT IGNORE INTO idempotency_keys (idempotency_key, content, at)
     VALUES ${sorted.map(() => '(?, UNHEX(?), UTC_TIMESTAMP(6))').join(', ')}`,
    sorted.flatMap(({ key, content }) => [key, content]),
  );
  const rows = await sql.rows<{ idempotencyKey: string; content: string }>(
    `SELECT idempotency_key AS idempotencyKey, LOWER(HEX(content)) AS content
     FROM idempotency_keys WHERE idempotency_key IN (?)`,
    [sorted.map(({ key }) => key)],
  );
  return new Map(rows.map(({ idempotencyKey, content }) => [idempotencyKey, content]));
}

/** Forgets keys that nobody will send again; answers how many. */
export async function forgetKeys(sql: Sql, olderThanDays: number, limit: number): Promise<number> {
  return await sql.write(
    `DELETE FROM idempotency_keys WHERE at < UTC_TIMESTAMP(6) - INTERVAL ? DAY
     ORDER BY at LIMIT ?`,
    [olderThanDays, limit],
  );
}
