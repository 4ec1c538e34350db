import type { Sql } from '../mysql/index.ts';
import type { Difference } from './audit-report.ts';
import type { OrderRange } from './audit-store.ts';

interface OrderFacts {
  readonly orderId: string;
  readonly state: string;
  readonly version: number;
  /** Steps that have been archived. */
  readonly archived: number;
  readonly holds: number;
  readonly earlyPayments: number;
  readonly dueAt: string | null;
  readonly expiresAt: string | null;
  readonly lineCount: number;
  readonly applied: number;
  readonly early: number;
  readonly steps: number;
  readonly sales: number;
  readonly lastState: string | null;
  /** Names of the rules that it breaks. */
  readonly broken: string;
}

interface OrderRule {
  /** Over the columns of o (order), l (lines), p (payments), s (steps), e (last step). */
  readonly brokenWhen: string;
  readonly say: (facts: OrderFacts) => Pick<Difference, 'expected' | 'found' | 'text'>;
}

const FINAL = `'rejected', 'paid', 'expired', 'cancelled', 'returned'`;

/** What one order's row, lines, payments and history must say of each other. */
const ORDER_RULES: Readonly<Record<string, OrderRule>> = {
  'order-lines': {
    brokenWhen: `(o.state = 'awaited') <> (COALESCE(l.line_count, 0) = 0)`,
    say: ({ state, lineCount }) => ({
      expected: state === 'awaited' ? 0 : 'at least 1',
      found: lineCount,
      text: `${state} with ${lineCount} lines`,
    }),
  },
  'order-holds': {
    brokenWhen: `(o.state IN ('reserved', 'paid', 'expired', 'returned') AND o.holds = 0)
      OR (o.state IN ('awaited', 'placed', 'rejected') AND o.holds > 0)`,
    say: ({ state, holds }) => ({
      expected: holds === 0 ? 'at least 1' : 0,
      found: holds,
      text: `${state} with ${holds} holds`,
    }),
  },
  'applied-payments': {
    // Whether an archived order was sold without a payment was in its history.
    brokenWhen: `COALESCE(p.applied, 0) <> (o.state = 'paid' AND COALESCE(s.sales, 0) = 0)
      AND NOT (o.archived IS NOT NULL AND o.state = 'paid' AND COALESCE(p.applied, 0) = 0)`,
    say: ({ state, applied, sales }) => ({
      expected: state === 'paid' && sales === 0 ? 1 : 0,
      found: applied,
      text: `${state} with ${applied} applied payments`,
    }),
  },
  'early-count': {
    brokenWhen: 'o.early_payments <> COALESCE(p.early, 0)',
    say: ({ earlyPayments, early }) => ({
      expected: early,
      found: earlyPayments,
      text: `its row counts ${earlyPayments} early payments, there are ${early}`,
    }),
  },
  'early-state': {
    brokenWhen: `p.early > 0 AND o.state NOT IN ('awaited', 'placed')`,
    say: ({ state, early }) => ({
      expected: 0,
      found: early,
      text: `${state}, and ${early} payments still wait for its goods`,
    }),
  },
  'steps-numbered': {
    brokenWhen: `COALESCE(s.steps, 0) + COALESCE(o.archived, 0) <> o.version OR s.gaps > 0
      OR s.first_step <> COALESCE(o.archived, 0) + 1`,
    say: ({ version, archived, steps }) => ({
      expected: version - archived,
      found: steps,
      text: `its history does not run from ${archived + 1} to ${version} without a gap`,
    }),
  },
  'steps-follow': {
    brokenWhen: 's.jumps > 0 OR (s.headless > 0 AND o.archived IS NULL)',
    say: () => ({
      expected: 0,
      found: 'a jump',
      text: 'a step of its history does not begin in the state in which the one before ended',
    }),
  },
  'last-step': {
    brokenWhen: 'e.to_state <> o.state',
    say: ({ state, lastState }) => ({
      expected: state,
      found: lastState ?? 'none',
      text: `its last step leads to ${lastState}, and it is ${state}`,
    }),
  },
  'due-time': {
    brokenWhen: `(o.due_at IS NULL AND (o.state IN ('placed', 'reserved')
        OR (o.state = 'awaited' AND o.early_payments > 0)))
      OR (o.due_at IS NOT NULL AND o.state IN (${FINAL}))`,
    say: ({ state, dueAt }) => ({
      expected: dueAt === null ? 'a due time' : 'none',
      found: dueAt ?? 'none',
      text: dueAt === null ? `${state}, and nobody will look at it` : `${state}, and still due`,
    }),
  },
  'expiry-time': {
    brokenWhen: `o.state = 'reserved' AND o.expires_at IS NULL`,
    say: () => ({ expected: 'a time', found: 'none', text: 'reserved without an end' }),
  },
};

const BROKEN = Object.entries(ORDER_RULES)
  .map(([check, { brokenWhen }]) => `IF(${brokenWhen}, '${check}', NULL)`)
  .join(', ');

/** Each part is summed by itself, over the same range, before they meet: no row counts twice. */
const READ = `
  SELECT * FROM (
    SELECT o.order_id AS orderId, o.state, o.version, COALESCE(o.archived, 0) AS archived,
      o.holds, o.early_payments AS earlyPayments,
      o.due_at AS dueAt, o.expires_at AS expiresAt, COALESCE(l.line_count, 0) AS lineCount,
      CAST(COALESCE(p.applied, 0) AS SIGNED) AS applied,
      CAST(COALESCE(p.early, 0) AS SIGNED) AS early,
      COALESCE(s.steps, 0) AS steps, CAST(COALESCE(s.sales, 0) AS SIGNED) AS sales,
      e.to_state AS lastState, CONCAT_WS(' ', ${BROKEN}) AS broken
    FROM orders o
    LEFT JOIN (SELECT order_seq, COUNT(*) AS line_count FROM order_lines
      WHERE order_seq BETWEEN ? AND ? GROUP BY order_seq) l ON l.order_seq = o.seq
    LEFT JOIN (SELECT order_seq, SUM(state = 'applied') AS applied, SUM(state = 'early') AS early
      FROM payments WHERE order_seq BETWEEN ? AND ? GROUP BY order_seq) p ON p.order_seq = o.seq
    LEFT JOIN (SELECT order_seq, COUNT(*) AS steps, SUM(step <> prior + 1) AS gaps,
        MIN(step) AS first_step, SUM(from_state IS NOT NULL AND came_from IS NULL) AS headless,
        SUM(came_from IS NOT NULL AND NOT from_state <=> came_from) AS jumps,
        SUM(event = 'sell') AS sales
      FROM (SELECT order_seq, step, event, from_state,
          COALESCE(LAG(step) OVER line, step - 1) AS prior, LAG(to_state) OVER line AS came_from
        FROM order_steps WHERE order_seq BETWEEN ? AND ?
        WINDOW line AS (PARTITION BY order_seq ORDER BY step)) numbered
      GROUP BY order_seq) s ON s.order_seq = o.seq
    LEFT JOIN order_steps e ON e.order_seq = o.seq AND e.step = o.version
    WHERE o.seq BETWEEN ? AND ?
  ) facts WHERE broken <> '' LIMIT ?`;

export async function brokenOrders(
  sql: Sql,
  { from, to }: OrderRange,
  limit: number,
): Promise<Difference[]> {
  const range = [from, to];
  const values = [...range, ...range, ...range, ...range, limit];
  const rows = await sql.rows<OrderFacts>(READ, values);
  return rows.flatMap((facts) =>
    facts.broken.split(' ').flatMap((check): Difference[] => {
      const rule = ORDER_RULES[check];
      if (!rule) return [];
      const said = rule.say(facts);
      const { orderId } = facts;
      return [{ check, orderId, ...said, text: `order ${orderId}: ${said.text}` }];
    }),
  );
}

const BESIDE_ORDERS = ['movements', 'order_lines', 'payments', 'order_steps'] as const;

/** Rows that speak of an order that does not exist. */
export async function rowsWithoutOrder(
  sql: Sql,
  { from, to }: OrderRange,
  limit: number,
): Promise<Difference[]> {
  const parts = BESIDE_ORDERS.map(
    (table) => `SELECT '${table}' AS place, t.order_seq AS seq, COUNT(*) AS times
      FROM ${table} t LEFT JOIN orders o ON o.seq = t.order_seq
      WHERE t.order_seq BETWEEN ? AND ? AND o.seq IS NULL GROUP BY t.order_seq`,
  );
  const rows = await sql.rows<{ place: string; seq: number; times: number }>(
    `${parts.join(' UNION ALL ')} LIMIT ?`,
    [...BESIDE_ORDERS.flatMap(() => [from, to]), limit],
  );
  return rows.map(({ place, seq, times }) => ({
    check: 'unknown-order',
    expected: 0,
    found: times,
    text: `${times} rows of ${place} speak of order number ${seq}, which does not exist`,
  }));
}
