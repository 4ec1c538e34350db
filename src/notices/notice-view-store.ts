import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import type { Sql, SqlValue } from '../mysql/index.ts';
import { type NoticeFacts, type NoticeKind, type NoticeState, PATIENCE_SECONDS } from './notice.ts';

/** A notice as others see it. */
export interface NoticeView {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly state: NoticeState;
  readonly at: string;
  readonly attempts: number;
  /** When it is tried next; null when it is not. */
  readonly nextAt: string | null;
  readonly deliveredAt: string | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly facts: NoticeFacts;
}

export interface NoticeDetails extends NoticeView {
  /** The delivery log, oldest first; only the newest attempts are kept. */
  readonly log: readonly NoticeLogLine[];
}

export interface NoticeLogLine {
  readonly number: number;
  readonly at: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly ms: number;
}

export interface NoticeFilter {
  readonly state?: NoticeState;
  readonly subject?: string;
}

export interface NoticePage {
  readonly notices: readonly NoticeView[];
  readonly next: number | null;
}

interface NoticeRow {
  readonly seq: number;
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly state: NoticeState;
  readonly at: DatabaseTime;
  readonly attempts: number;
  readonly due_at: DatabaseTime | null;
  readonly delivered_at: DatabaseTime | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly body: string;
}

const COLUMNS = `seq, kind, subject, state, at, attempts, due_at, delivered_at, last_status,
  last_error, body`;

/** Newest first. */
export async function listNotices(
  sql: Sql,
  { limit, before, ...filter }: NoticeFilter & { readonly limit: number; readonly before?: number },
): Promise<NoticePage> {
  const { text, values } = where(filter);
  const rows = await sql.rows<NoticeRow>(
    `SELECT ${COLUMNS} FROM notices WHERE seq < ? ${text} ORDER BY seq DESC LIMIT ?`,
    [before ?? Number.MAX_SAFE_INTEGER, ...values, limit],
  );
  return {
    notices: rows.map(viewOf),
    next: rows.length < limit ? null : (rows.at(-1)?.seq ?? null),
  };
}

/** Null when there is none of this number, or no more. */
export async function readNotice(sql: Sql, seq: number): Promise<NoticeDetails | null> {
  const [[row], log] = await Promise.all([
    sql.rows<NoticeRow>(`SELECT ${COLUMNS} FROM notices WHERE seq = ?`, [seq]),
    sql.rows<NoticeLogLine & { at: DatabaseTime }>(
      'SELECT number, at, status, error, ms FROM notice_attempts WHERE notice = ? ORDER BY number',
      [seq],
    ),
  ]);
  if (!row) return null;
  return { ...viewOf(row), log: log.map((line) => ({ ...line, at: isoOf(line.at) })) };
}

function viewOf(row: NoticeRow): NoticeView {
  const { due_at: dueAt, delivered_at: deliveredAt } = row;
  return {
    id: String(row.seq),
    kind: row.kind,
    subject: row.subject,
    state: row.state,
    at: isoOf(row.at),
    attempts: row.attempts,
    nextAt: row.state === 'waiting' && dueAt !== null ? isoOf(dueAt) : null,
    deliveredAt: deliveredAt === null ? null : isoOf(deliveredAt),
    lastStatus: row.last_status,
    lastError: row.last_error,
    facts: JSON.parse(row.body) as NoticeFacts,
  };
}

const AGAIN = `UPDATE notices SET state = 'waiting', behind = 0, due_at = UTC_TIMESTAMP(6),
  give_up_at = UTC_TIMESTAMP(6) + INTERVAL ${PATIENCE_SECONDS} SECOND, failures = 0,
  delivered_at = NULL`;

/** Makes one wait again, due now, whatever became of it; false when there is none. */
export async function replayNotice(sql: Sql, seq: number): Promise<boolean> {
  return (await sql.write(`${AGAIN} WHERE seq = ?`, [seq])) === 1;
}

export async function countNotices(sql: Sql, filter: NoticeFilter): Promise<number> {
  const { text, values } = where(filter);
  const [row] = await sql.rows<{ count: number }>(
    `SELECT COUNT(*) AS count FROM notices WHERE seq > 0 ${text}`,
    values,
  );
  return row?.count ?? 0;
}

const PAGE = 500;

/** Replays all that the filter lets through, oldest first; answers how many. */
export async function replayNotices(sql: Sql, filter: NoticeFilter): Promise<number> {
  const { text, values } = where(filter);
  let replayed = 0;
  for (let after = 0; ; ) {
    const rows = await sql.rows<{ seq: number }>(
      `SELECT seq FROM notices WHERE seq > ? ${text} ORDER BY seq LIMIT ?`,
      [after, ...values, PAGE],
    );
    const last = rows.at(-1);
    if (!last) return replayed;
    replayed += await sql.write(`${AGAIN} WHERE seq IN (?) ${text}`, [
      rows.map(({ seq }) => seq),
      ...values,
    ]);
    after = last.seq;
  }
}

function where({ state, subject }: NoticeFilter): { text: string; values: SqlValue[] } {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  if (state !== undefined) {
    conditions.push('AND state = ?');
    values.push(state);
  }
  if (subject !== undefined) {
    conditions.push('AND subject = ?');
    values.push(subject);
  }
  return { text: conditions.join(' '), values };
}
