import type { DatabaseTime } from '../kernel/index.ts';
import { type Database, type Sql, together } from '../mysql/index.ts';
import { ATTEMPTS_KEPT, KEPT_SECONDS, type NoticeKind } from './notice.ts';

/** A notice that this process alone may deliver, for as long as its lease lasts. */
export interface ClaimedNotice {
  readonly seq: number;
  readonly kind: NoticeKind;
  readonly subject: string;
  /** The facts, as JSON. */
  readonly body: string;
  readonly at: DatabaseTime;
  /** Which attempt this is; also the name of the claim. */
  readonly attempt: number;
  /** How often it has failed since it was written, or since it was replayed. */
  readonly failures: number;
  /** It has been tried for long enough: when this fails too, it is dead. */
  readonly isLast: boolean;
}

export interface Claims {
  readonly claimed: readonly ClaimedNotice[];
  /** There is more to look at, even if nothing could be claimed. */
  readonly more: boolean;
}

interface DueRow {
  readonly seq: number;
  readonly head: number;
}

type HeadRow = Omit<ClaimedNotice, 'attempt' | 'isLast'> & {
  readonly attempts: number;
  readonly isDue: number;
  readonly isLast: number;
};

/** Rows that one look takes in. */
const PAGE = 200;

/**
 * Takes notices that are due and the first waiting of their subject. Those behind another are set
 * aside, so that a receiver that is away for days does not make every look read all that waits.
 */
export async function claimNotices(
  database: Database,
  limit: number,
  leaseMs: number,
): Promise<Claims> {
  const due = await database.rows<DueRow>(
    `SELECT n.seq, (SELECT e.seq FROM notices e FORCE INDEX (notices_by_subject)
       WHERE e.subject = n.subject AND e.state = 'waiting' ORDER BY e.seq LIMIT 1) AS head
     FROM notices n FORCE INDEX (notices_due)
     WHERE n.state = 'waiting' AND n.behind = 0 AND n.due_at <= UTC_TIMESTAMP(6)
     ORDER BY n.due_at LIMIT ?`,
    [PAGE],
  );
  const first = due.filter(({ seq, head }) => seq === head).map(({ seq }) => seq);
  const wanted = new Set(first.slice(0, limit));
  const behind = due.filter(({ seq, head }) => seq !== head);
  if (wanted.size === 0 && behind.length === 0) return { claimed: [], more: false };
  const claimed = await database.transaction((sql) => claimIn(sql, wanted, behind, leaseMs));
  const more = first.length > wanted.size || due.length === PAGE;
  return { claimed, more };
}

async function claimIn(
  sql: Sql,
  wanted: ReadonlySet<number>,
  behind: readonly DueRow[],
  leaseMs: number,
): Promise<readonly ClaimedNotice[]> {
  const heads = [...new Set([...wanted, ...behind.map(({ head }) => head)])];
  // Whoever is done with a head holds its row until those behind it were released, so a head that
  // is found waiting here will release what is set behind it now.
  const rows = await sql.rows<HeadRow>(
    `SELECT seq, kind, subject, body, at, attempts, failures,
       due_at <= UTC_TIMESTAMP(6) AS isDue, give_up_at <= UTC_TIMESTAMP(6) AS isLast
     FROM notices FORCE INDEX (PRIMARY)
     WHERE seq IN (?) AND state = 'waiting' ORDER BY seq FOR UPDATE SKIP LOCKED`,
    [heads.toSorted((one, other) => one - other)],
  );
  const waiting = new Set(rows.map(({ seq }) => seq));
  const mine = rows.filter(({ seq, isDue }) => wanted.has(seq) && isDue === 1);
  await together([
    lease(
      sql,
      mine.map(({ seq }) => seq),
      leaseMs,
    ),
    setAside(
      sql,
      behind.filter(({ head }) => waiting.has(head)).map(({ seq }) => seq),
    ),
  ]);
  return mine.map(({ seq, kind, subject, body, at, attempts, failures, isLast }) => ({
    seq,
    kind,
    subject,
    body,
    at,
    attempt: attempts + 1,
    failures,
    isLast: isLast === 1,
  }));
}

async function lease(sql: Sql, seqs: readonly number[], leaseMs: number): Promise<void> {
  if (seqs.length === 0) return;
  await sql.write(
    `UPDATE notices SET attempts = attempts + 1,
       due_at = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND WHERE seq IN (?)`,
    [leaseMs * 1000, seqs],
  );
}

async function setAside(sql: Sql, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return;
  await sql.write("UPDATE notices SET behind = 1 WHERE seq IN (?) AND state = 'waiting'", [
    seqs.toSorted((one, other) => one - other),
  ]);
}

/** How one attempt went. */
export interface NoticeAttempt {
  readonly notice: ClaimedNotice;
  /** What the receiver answered, if it did. */
  readonly status: number | null;
  readonly error: string | null;
  readonly ms: number;
  /** How long until the next; null when this one has delivered it. */
  readonly retryMs: number | null;
}

/** Writes what became of claims, all of them in one trip. */
export async function recordAttempts(
  database: Database,
  attempts: readonly NoticeAttempt[],
): Promise<void> {
  if (attempts.length === 0) return;
  const inOrder = attempts.toSorted((one, other) => one.notice.seq - other.notice.seq);
  await database.transaction((sql) =>
    together(inOrder.flatMap((attempt) => [...settle(sql, attempt), ...log(sql, attempt)])),
  );
}

function settle(sql: Sql, { notice, status, error, retryMs }: NoticeAttempt): Promise<number>[] {
  const { seq, attempt, isLast } = notice;
  if (retryMs === null) {
    // Delivered is delivered, even when the lease is over and somebody else tries it as well.
    const delivered = sql.write(
      `UPDATE notices SET state = 'delivered', behind = 0, delivered_at = UTC_TIMESTAMP(6),
         due_at = UTC_TIMESTAMP(6) + INTERVAL ${KEPT_SECONDS} SECOND, last_status = ?,
         last_error = NULL WHERE seq = ? AND state = 'waiting'`,
      [status, seq],
    );
    return [delivered, releaseNext(sql, notice.subject)];
  }
  const became = isLast
    ? "state = 'dead', due_at = NULL"
    : 'due_at = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND';
  const failed = sql.write(
    `UPDATE notices SET ${became}, failures = failures + 1, last_status = ?, last_error = ?
     WHERE seq = ? AND state = 'waiting' AND attempts = ?`,
    [...(isLast ? [] : [retryMs * 1000]), status, error, seq, attempt],
  );
  return isLast ? [failed, releaseNext(sql, notice.subject)] : [failed];
}

/** Whoever looks for what is due makes sure that it is the first: releasing can do no harm. */
function releaseNext(sql: Sql, subject: string): Promise<number> {
  return sql.write(
    `UPDATE notices SET behind = 0, due_at = UTC_TIMESTAMP(6)
     WHERE subject = ? AND state = 'waiting' AND behind = 1 ORDER BY seq LIMIT 1`,
    [subject],
  );
}

function log(sql: Sql, { notice, status, error, ms }: NoticeAttempt): Promise<number>[] {
  const { seq, attempt } = notice;
  const written = sql.write(
    `INSERT INTO notice_attempts (notice, number, at, status, error, ms)
     VALUES (?, ?, UTC_TIMESTAMP(6) - INTERVAL ? MICROSECOND, ?, ?, ?)
     ON DUPLICATE KEY UPDATE ms = notice_attempts.ms`,
    [seq, attempt, ms * 1000, status, error, ms],
  );
  if (attempt <= ATTEMPTS_KEPT) return [written];
  const cut = sql.write('DELETE FROM notice_attempts WHERE notice = ? AND number <= ?', [
    seq,
    attempt - ATTEMPTS_KEPT,
  ]);
  return [written, cut];
}

/** Forgets what was delivered long ago; answers how many. */
export async function forgetDelivered(database: Database, limit: number): Promise<number> {
  const rows = await database.rows<{ seq: number }>(
    `SELECT seq FROM notices FORCE INDEX (notices_due) WHERE state = 'delivered' AND behind = 0
       AND due_at <= UTC_TIMESTAMP(6) ORDER BY due_at LIMIT ?`,
    [limit],
  );
  if (rows.length === 0) return 0;
  const seqs = rows.map(({ seq }) => seq).toSorted((one, other) => one - other);
  await database.transaction((sql) =>
    together([
      sql.write("DELETE FROM notices WHERE seq IN (?) AND state = 'delivered'", [seqs]),
      // One that was replayed meanwhile loses its old log, and nothing else.
      sql.write('DELETE FROM notice_attempts WHERE notice IN (?)', [seqs]),
    ]),
  );
  return seqs.length;
}
