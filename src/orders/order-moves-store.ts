import { type DatabaseTime, secondsAfter } from '../kernel/index.ts';
import { type Sql, type SqlValue, sameRows } from '../mysql/index.ts';
import type { Order } from './order.ts';
import { SOON_SECONDS } from './orders-store.ts';

/** One order that moved on, and what it was when it was locked. */
export interface OrderChange {
  readonly seq: number;
  readonly before: Order;
  readonly after: Order;
}

/**
 * Writes what became of orders that exist. Most of a batch moves the same way, so it is one
 * statement for each way, not for each order.
 */
export async function moveOrders(
  sql: Sql,
  changes: readonly OrderChange[],
  now: DatabaseTime,
  graceSeconds = 0,
): Promise<void> {
  const rejections = changes.filter(({ after }) => after.short !== null);
  const others = changes.filter(({ after }) => after.short === null);
  for (const alike of waysOf(others)) await moveAlike(sql, alike, now, graceSeconds);
  if (rejections.length > 0) await rejectOrders(sql, rejections);
}

function waysOf(changes: readonly OrderChange[]): OrderChange[][] {
  const ways = new Map<string, OrderChange[]>();
  for (const change of changes) {
    const { before, after } = change;
    const way = JSON.stringify([
      before.state,
      after.state,
      after.holds,
      after.due,
      after.reason,
      after.cancelAsked,
      after.earlyPayments,
      after.version - before.version,
      after.due === 'as-extended' ? after.expiresAt : null,
    ]);
    const alike = ways.get(way);
    if (alike) alike.push(change);
    else ways.set(way, [change]);
  }
  return [...ways.values()];
}

async function moveAlike(
  sql: Sql,
  alike: readonly OrderChange[],
  now: DatabaseTime,
  graceSeconds: number,
): Promise<void> {
  const [first] = alike;
  if (!first) return;
  const { before, after } = first;
  const due = dueClause(after, now, graceSeconds);
  const matched = await sql.write(
    `UPDATE orders SET state = ?, holds = ?, reason = ?, cancel_asked = ?, early_payments = ?,
       version = version + ?, attempts = 0${due.text}
     WHERE seq IN (?) AND state = ?`,
    [
      after.state,
      after.holds,
      after.reason,
      after.cancelAsked ? 1 : 0,
      after.earlyPayments,
      after.version - before.version,
      ...due.values,
      alike.map(({ seq }) => seq),
      before.state,
    ],
  );
  sameRows(matched, alike.length, `orders from ${before.state} to ${after.state}`);
}

function dueClause(
  { due, expiresAt }: Order,
  now: DatabaseTime,
  graceSeconds: number,
): { text: string; values: readonly SqlValue[] } {
  switch (due) {
    case 'kept':
      return { text: '', values: [] };
    case 'never':
      return { text: ', due_at = NULL', values: [] };
    case 'soon':
      return { text: ', due_at = ? + INTERVAL ? SECOND', values: [now, SOON_SECONDS] };
    case 'in-a-day':
      return { text: ', due_at = ? + INTERVAL 1 DAY', values: [now] };
    case 'at-expiry':
      return {
        text: `, expires_at = CAST(? AS DATETIME(6)) + INTERVAL hold_seconds SECOND,
          due_at = CAST(? AS DATETIME(6)) + INTERVAL hold_seconds + ? SECOND`,
        values: [now, now, graceSeconds],
      };
    case 'as-extended': {
      const dueAt = expiresAt === null ? null : secondsAfter(expiresAt, graceSeconds);
      return { text: ', expires_at = ?, due_at = ?', values: [expiresAt, dueAt] };
    }
  }
}

/**
 * Each rejection names its own short lines, so these rows come as one JSON table. The index is
 * forced: else a small table is read whole, and rows of other batches are waited for on the way.
 */
async function rejectOrders(sql: Sql, rejections: readonly OrderChange[]): Promise<void> {
  const rows = rejections.map(({ seq, before, after }) => [
    seq,
    before.state,
    after.version - before.version,
    after.reason,
    JSON.stringify(after.short),
  ]);
  const matched = await sql.write(
    `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
       seq BIGINT UNSIGNED PATH '$[0]', was VARCHAR(12) PATH '$[1]', steps INT PATH '$[2]',
       reason VARCHAR(32) PATH '$[3]', short VARCHAR(12000) PATH '$[4]')) v
     STRAIGHT_JOIN orders o FORCE INDEX (PRIMARY) ON o.seq = v.seq AND o.state = v.was
     SET o.state = 'rejected', o.reason = v.reason, o.short = v.short,
       o.version = o.version + v.steps, o.due_at = NULL, o.early_payments = 0, o.attempts = 0`,
    [JSON.stringify(rows)],
  );
  sameRows(matched, rejections.length, 'orders to rejected');
}
