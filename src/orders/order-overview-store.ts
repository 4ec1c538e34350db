import { type DatabaseTime, isoOf } from '../kernel/index.ts';
import type { Sql } from '../mysql/index.ts';
import { ORDER_STATES, type OrderState } from './order.ts';

/** However many orders there have been, no overview counts further than this. */
export const COUNTED_MAX = 10_000;

/** How many orders are in each state; one more than COUNTED_MAX stands for "and more". */
export async function countOrderStates(sql: Sql): Promise<Readonly<Record<OrderState, number>>> {
  const counts = ORDER_STATES.map(
    (state) => `(SELECT COUNT(*) FROM (SELECT 1 FROM orders FORCE INDEX (orders_by_state)
       WHERE state = '${state}' LIMIT ${COUNTED_MAX + 1}) counted) AS ${state}`,
  );
  const [row] = await sql.rows<Record<OrderState, number>>(`SELECT ${counts.join(', ')}`);
  return Object.fromEntries(ORDER_STATES.map((state) => [state, row?.[state] ?? 0])) as Record<
    OrderState,
    number
  >;
}

/** Orders whose holds end within so many seconds, and not within the step before. */
export interface EndingHolds {
  /** Null stands for all that end later. */
  readonly withinSeconds: number | null;
  readonly orders: number;
  readonly units: number;
}

const STEPS = [60, 300, 900, 3600] as const;
const LOOKED_AT = 5000;

/** What the holds that end next would return, and when. Looks at the next thousands only. */
export async function endingHolds(sql: Sql): Promise<readonly EndingHolds[]> {
  const steps = STEPS.map(
    (seconds) => `WHEN due_at <= UTC_TIMESTAMP(6) + INTERVAL ${seconds} SECOND THEN ${seconds}`,
  );
  const rows = await sql.rows<{ step: number; orders: number; units: number | string }>(
    `SELECT h.step, COUNT(DISTINCT h.seq) AS orders, SUM(l.quantity) AS units
     FROM (SELECT seq, CASE ${steps.join(' ')} ELSE 0 END AS step
       FROM orders FORCE INDEX (orders_by_due)
       WHERE due_at > UTC_TIMESTAMP(6) AND state = 'reserved' ORDER BY due_at LIMIT ?) h
     JOIN order_lines l ON l.order_seq = h.seq GROUP BY h.step`,
    [LOOKED_AT],
  );
  return [...STEPS, 0].map((step) => {
    const row = rows.find((one) => one.step === step);
    const withinSeconds = step === 0 ? null : step;
    return { withinSeconds, orders: row?.orders ?? 0, units: Number(row?.units ?? 0) };
  });
}

/** An order that is due and that nobody has moved. */
export interface StuckOrder {
  readonly orderId: string;
  readonly state: OrderState;
  readonly dueAt: string;
  readonly attempts: number;
}

/** Due for so long that a sweep should have come by; the oldest first. */
export async function stuckOrders(
  sql: Sql,
  { lateSeconds, limit }: { readonly lateSeconds: number; readonly limit: number },
): Promise<readonly StuckOrder[]> {
  const rows = await sql.rows<Omit<StuckOrder, 'dueAt'> & { due: DatabaseTime }>(
    `SELECT order_id AS orderId, state, due_at AS due, attempts
     FROM orders FORCE INDEX (orders_by_due)
     WHERE due_at <= UTC_TIMESTAMP(6) - INTERVAL ? SECOND ORDER BY due_at LIMIT ?`,
    [lateSeconds, limit],
  );
  return rows.map(({ due, ...row }) => ({ ...row, dueAt: isoOf(due) }));
}
