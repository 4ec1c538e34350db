import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import type { Sql } from '../mysql/index.ts';

export interface DeadLetterRow {
  readonly id: number;
  readonly source: string;
  readonly code: string;
  readonly message: string;
  readonly orderId: string | null;
  readonly payload: string;
  readonly times: number;
  readonly firstAt: DatabaseTime;
  readonly lastAt: DatabaseTime;
  readonly replayedAt: DatabaseTime | null;
  readonly replayedBy: string | null;
  readonly replayReason: string | null;
}

type NewDeadLetter = Pick<DeadLetterRow, 'source' | 'code' | 'message' | 'orderId' | 'payload'> & {
  readonly fingerprint: string;
};

/** One that comes again waits again, also when it had been sent again meanwhile. */
export async function insertDeadLetter(sql: Sql, letter: NewDeadLetter): Promise<void> {
  await sql.write(
    `INSERT INTO dead_letters (fingerprint, source, code, message, order_id, payload, first_at,
      last_at) VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))
     ON DUPLICATE KEY UPDATE times = times + 1, last_at = UTC_TIMESTAMP(6), replayed_at = NULL`,
    [
      letter.fingerprint,
      letter.source,
      letter.code,
      letter.message,
      letter.orderId,
      letter.payload,
    ],
  );
}

export interface DeadLetterFilter {
  readonly limit: number;
  /** The id to start below. */
  readonly before?: number;
  readonly code?: string;
  /** Only those that nobody has sent again. */
  readonly waiting?: boolean;
  /** A queue's name, or the kind of an event. */
  readonly source?: string;
  readonly orderId?: string;
}

/** Newest first. */
export async function listDeadLetters(
  sql: Sql,
  { limit, before, code, source, orderId, waiting = false }: DeadLetterFilter,
): Promise<readonly DeadLetterRow[]> {
  return await sql.rows<DeadLetterRow>(
    `SELECT id, source, code, message, order_id AS orderId, payload, times, first_at AS firstAt,
       last_at AS lastAt, replayed_at AS replayedAt, replayed_by AS replayedBy,
       replay_reason AS replayReason
     FROM dead_letters
     WHERE id < ? AND code = COALESCE(?, code) AND source = COALESCE(?, source)
       AND (? IS NULL OR order_id = ?) ${waiting ? 'AND replayed_at IS NULL' : ''}
     ORDER BY id DESC LIMIT ?`,
    [
      before ?? Number.MAX_SAFE_INTEGER,
      code ?? null,
      source ?? null,
      orderId ?? null,
      orderId ?? null,
      limit,
    ],
  );
}

/** How many wait for a person. */
export async function countDeadLetters(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ waiting: number }>(
    'SELECT COUNT(*) AS waiting FROM dead_letters WHERE replayed_at IS NULL',
  );
  return row?.waiting ?? 0;
}

export async function readDeadLetter(sql: Sql, id: number): Promise<DeadLetterRow | undefined> {
  const [row] = await listDeadLetters(sql, { limit: 1, before: id + 1 });
  return row?.id === id ? row : undefined;
}

/** Who sent something again, and why. */
export interface ReplayNote {
  readonly actor: string;
  readonly reason: string;
}

/** Leaves alone one that has come back already since it was read. */
export async function markReplayed(
  sql: Sql,
  { id, times }: Pick<DeadLetterRow, 'id' | 'times'>,
  note: ReplayNote,
): Promise<void> {
  await sql.write(
    `UPDATE dead_letters SET replayed_at = UTC_TIMESTAMP(6), replayed_by = ?, replay_reason = ?
     WHERE id = ? AND times = ?`,
    [note.actor, note.reason, id, times],
  );
}

/** A letter as a list shows it: what it carries may be personal. */
export interface WaitingLetter {
  readonly id: number;
  readonly source: string;
  readonly code: string;
  readonly message: string;
  readonly orderId: string | null;
  readonly times: number;
  readonly at: string;
}

/** Those that wait for a person, the oldest first. */
export async function waitingLetters(sql: Sql, limit: number): Promise<readonly WaitingLetter[]> {
  const rows = await sql.rows<WaitingLetter & { at: DatabaseTime }>(
    `SELECT id, source, code, message, order_id AS orderId, times, first_at AS at
     FROM dead_letters WHERE replayed_at IS NULL ORDER BY id LIMIT ?`,
    [limit],
  );
  return rows.map((row) => ({ ...row, at: isoOf(row.at) }));
}
