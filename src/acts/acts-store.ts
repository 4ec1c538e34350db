import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import type { Sql, SqlValue } from '../mysql/index.ts';

/** Something that a person did, and why. */
export interface Act {
  readonly act: string;
  /** What it was done to: `order:<id>`, `goods:<id>`, or a kind of things alone. */
  readonly subject: string;
  /** A name for whoever did it that does not tell their token. */
  readonly actor: string;
  readonly reason: string;
}

/** An act as others see it. */
export interface ActView extends Act {
  readonly id: number;
  /** What became of it; null when the process died before it could say. */
  readonly result: string | null;
  readonly at: string;
}

export interface ActPage {
  readonly acts: readonly ActView[];
  readonly next: number | null;
}

interface ActRow extends Act {
  readonly seq: number;
  readonly result: string | null;
  readonly at: DatabaseTime;
}

const RESULT_MAX = 200;

/** Written before anything is done, so that nothing is done without a trace. */
export async function beginAct(
  sql: Sql,
  { act, subject, actor, reason }: Act,
  key: string,
): Promise<void> {
  await sql.write(
    `INSERT INTO acts (act_key, act, subject, actor, reason, at)
     VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6))`,
    [key, act, subject, actor, reason],
  );
}

export async function endAct(sql: Sql, key: string, result: string): Promise<void> {
  await sql.write('UPDATE acts SET result = ? WHERE act_key = ?', [
    result.slice(0, RESULT_MAX),
    key,
  ]);
}

/** Newest first; of one subject, or of all. */
export async function listActs(
  sql: Sql,
  {
    subject,
    limit,
    before = Number.MAX_SAFE_INTEGER,
  }: { readonly subject?: string; readonly limit: number; readonly before?: number },
): Promise<ActPage> {
  const [where, values]: [string, SqlValue[]] =
    subject === undefined ? ['', []] : ['AND subject = ?', [subject]];
  const rows = await sql.rows<ActRow>(
    `SELECT seq, act, subject, actor, reason, result, at FROM acts
     WHERE seq < ? ${where} ORDER BY seq DESC LIMIT ?`,
    [before, ...values, limit],
  );
  return {
    acts: rows.map(({ seq, at, ...row }) => ({ id: seq, ...row, at: isoOf(at) })),
    next: rows.length < limit ? null : (rows.at(-1)?.seq ?? null),
  };
}
