import type { Sql } from '../mysql/index.ts';
import { KEYS_KEPT_DAYS } from '../orders/index.ts';

/** A row of some table that is removed whole, with the key that leads to the next page. */
export interface OldRow {
  readonly id: number | string;
  readonly isOld: number;
  /** It was not there yet at that time, and so are those that came after it. */
  readonly isYoung: number;
  readonly at: string;
  readonly [column: string]: unknown;
}

export interface OldPage {
  readonly after: OldRow | null;
  readonly before: string;
  readonly limit: number;
}

/** By number: each page reads so many rows, whichever of them are old. */
export async function deadLettersAfter(
  sql: Sql,
  { after, before, limit }: OldPage,
): Promise<readonly OldRow[]> {
  return await sql.rows<OldRow>(
    `SELECT id, source, code, message, order_id AS orderId, payload, times, first_at AS firstAt,
       last_at AS at, replayed_at AS replayedAt,
       COALESCE(replayed_at < ? AND last_at < ?, 0) AS isOld, first_at >= ? AS isYoung
     FROM dead_letters FORCE INDEX (PRIMARY) WHERE id > ? ORDER BY id LIMIT ?`,
    [before, before, before, after?.id ?? 0, limit],
  );
}

/** One that came again meanwhile is left where it is. */
export async function removeDeadLetters(
  sql: Sql,
  ids: readonly (number | string)[],
  before: string,
): Promise<number> {
  return await sql.write(
    `DELETE d FROM dead_letters d FORCE INDEX (PRIMARY)
     WHERE d.id IN (?) AND d.replayed_at < ? AND d.last_at < ?`,
    [ids, before, before],
  );
}

/** By number, like dead letters: those that wait or are dead stay, and are few. */
export async function noticesAfter(
  sql: Sql,
  { after, before, limit }: OldPage,
): Promise<readonly OldRow[]> {
  return await sql.rows<OldRow>(
    `SELECT seq AS id, kind AS notice, subject, body, at, attempts, delivered_at AS deliveredAt,
       COALESCE(state = 'delivered' AND delivered_at < ?, 0) AS isOld, at >= ? AS isYoung
     FROM notices FORCE INDEX (PRIMARY) WHERE seq > ? ORDER BY seq LIMIT ?`,
    [before, before, after?.id ?? 0, limit],
  );
}

/** One that was replayed meanwhile loses its old log, and nothing else. */
export async function removeNotices(
  sql: Sql,
  seqs: readonly (number | string)[],
  before: string,
): Promise<number> {
  const [removed] = await Promise.all([
    sql.write(
      `DELETE n FROM notices n FORCE INDEX (PRIMARY)
       WHERE n.seq IN (?) AND n.state = 'delivered' AND n.delivered_at < ?`,
      [seqs, before],
    ),
    sql.write('DELETE l FROM notice_attempts l FORCE INDEX (PRIMARY) WHERE l.notice IN (?)', [
      seqs,
    ]),
  ]);
  return removed;
}

/** By age, and under one age by name; none of which somebody may still make use. */
export async function idempotencyKeysAfter(
  sql: Sql,
  { after, before, limit }: OldPage,
): Promise<readonly OldRow[]> {
  return await sql.rows<OldRow>(
    `SELECT idempotency_key AS id, LOWER(HEX(content)) AS content, at, 1 AS isOld,
       0 AS isYoung
     FROM idempotency_keys FORCE INDEX (idempotency_keys_by_age)
     WHERE at < LEAST(?, UTC_TIMESTAMP(6) - INTERVAL ? DAY)
       AND (at > ? OR (at = ? AND idempotency_key > ?))
     ORDER BY at, idempotency_key LIMIT ?`,
    [before, KEYS_KEPT_DAYS, after?.at ?? EARLIEST, after?.at ?? EARLIEST, after?.id ?? '', limit],
  );
}

const EARLIEST = '1970-01-01 00:00:00.000000';

export async function removeIdempotencyKeys(
  sql: Sql,
  keys: readonly (number | string)[],
  before: string,
): Promise<number> {
  return await sql.write(
    `DELETE k FROM idempotency_keys k FORCE INDEX (PRIMARY)
     WHERE k.idempotency_key IN (?) AND k.at < ?`,
    [keys, before],
  );
}
