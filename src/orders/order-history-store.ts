import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import { readJson, type Sql } from '../mysql/index.ts';
import type { OrderState } from './order.ts';

/** One step of an order as others see it. */
export interface HistoryStep {
  readonly step: number;
  readonly event: string;
  readonly from: OrderState | null;
  readonly to: OrderState;
  readonly cause: string;
  readonly attempt: number;
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly at: string;
}

export async function historyOfOrder(sql: Sql, seq: number): Promise<readonly HistoryStep[]> {
  const rows = await sql.rows<HistoryStep & { detail: unknown; at: DatabaseTime }>(
    `SELECT step, event, from_state AS \`from\`, to_state AS \`to\`, cause, attempt, detail, at
     FROM order_steps WHERE order_seq = ? ORDER BY step`,
    [seq],
  );
  return rows.map((row) => ({ ...row, detail: readJson(row.detail), at: isoOf(row.at) }));
}

/** Of these orders those for which a payment was announced; only their history says so. */
export async function readAnnounced(
  sql: Sql,
  seqs: readonly number[],
): Promise<ReadonlySet<string>> {
  const rows = await sql.rows<{ orderId: string }>(
    `SELECT DISTINCT o.order_id AS orderId
     FROM order_steps s JOIN orders o ON o.seq = s.order_seq
     WHERE s.order_seq IN (?) AND s.event = 'payment-started'`,
    [seqs],
  );
  return new Set(rows.map(({ orderId }) => orderId));
}

export interface OpenHold {
  readonly orderId: string;
  readonly quantity: number;
  readonly placedAt: string;
  readonly expiresAt: string;
  /** Its time is up; the units are about to be released. */
  readonly over?: true;
}

export interface HoldPage {
  readonly holds: readonly OpenHold[];
  readonly next: number | null;
}

/**
 * Who holds units of a goods id, newest first. Begins at the reserved orders, of which there are
 * only as many as time allows, and not at all that ever asked for it.
 */
export async function holdsOfGoods(
  sql: Sql,
  goodsId: number,
  { limit, before = Number.MAX_SAFE_INTEGER }: { readonly limit: number; readonly before?: number },
): Promise<HoldPage> {
  const rows = await sql.rows<OpenHold & { seq: number; isOver: number }>(
    `SELECT STRAIGHT_JOIN o.seq, o.order_id AS orderId,
       CAST(l.quantity - l.cancelled AS SIGNED) AS quantity, o.placed_at AS placedAt,
       o.expires_at AS expiresAt, o.expires_at <= UTC_TIMESTAMP(6) AS isOver
     FROM orders o JOIN order_lines l ON l.order_seq = o.seq AND l.goods_id = ?
       AND l.cancelled < l.quantity
     WHERE o.state = 'reserved' AND o.seq < ? ORDER BY o.seq DESC LIMIT ?`,
    [goodsId, before, limit],
  );
  return {
    holds: rows.map(({ orderId, quantity, placedAt, expiresAt, isOver }) => ({
      orderId,
      quantity,
      placedAt: isoOf(placedAt),
      expiresAt: isoOf(expiresAt),
      ...(isOver === 1 ? { over: true as const } : {}),
    })),
    next: rows.length < limit ? null : (rows.at(-1)?.seq ?? null),
  };
}
