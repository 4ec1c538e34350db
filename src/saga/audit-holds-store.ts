import type { Sql } from '../mysql/index.ts';
import type { Difference } from './audit-report.ts';
import type { OrderRange } from './audit-store.ts';

interface HoldFacts {
  readonly orderId: string;
  readonly goodsId: number;
  readonly hold: number;
  readonly holds: number;
  readonly state: string;
  /** What the order's line asks for; null when it has no such line. */
  readonly quantity: number | null;
  readonly opens: number;
  readonly opened: number;
  readonly closes: number;
  readonly closed: number;
  readonly returned: number;
  readonly ended: string;
  readonly meantEnd: string;
  readonly broken: string;
}

interface HoldRule {
  /** Over the columns of o (order), l (line) and m (what the ledger says of one hold). */
  readonly brokenWhen: string;
  readonly say: (facts: HoldFacts) => Pick<Difference, 'expected' | 'found' | 'text'>;
}

/** How a hold has ended, by the ledger. */
const ENDED = `CASE WHEN m.settles > 0 AND m.releases > 0 THEN 'both' WHEN m.settles > 0
  THEN 'settled' WHEN m.releases > 0 THEN 'released' ELSE 'open' END`;

/** How it must have ended, by the order: only the newest hold can be open or settled. */
const MEANT_END = `CASE WHEN m.hold < o.holds THEN 'released' WHEN o.state = 'reserved' THEN 'open'
  WHEN o.state IN ('paid', 'returned') THEN 'settled' ELSE 'released' END`;

/** Its beginning has been carried forward; of what came before the opening no row is left. */
const CARRIED = '(c.goods_id IS NOT NULL AND m.opens = 0)';

/** What the movements of one hold of one line must say. */
const HOLD_RULES: Readonly<Record<string, HoldRule>> = {
  'hold-goods': {
    brokenWhen: 'l.quantity IS NULL',
    say: ({ opened }) => ({
      expected: 0,
      found: opened,
      text: 'moves goods that the order does not ask for',
    }),
  },
  'hold-number': {
    brokenWhen: 'm.hold NOT BETWEEN 1 AND o.holds',
    say: ({ hold, holds }) => ({
      expected: holds,
      found: hold,
      text: `the ledger has hold ${hold}, the order has had ${holds}`,
    }),
  },
  'hold-opens': {
    brokenWhen: `m.opens <> 1 AND NOT ${CARRIED}`,
    say: ({ opens }) => ({ expected: 1, found: opens, text: `reserved ${opens} times` }),
  },
  'hold-closes': {
    brokenWhen: 'm.closes > 1',
    say: ({ closes }) => ({ expected: 1, found: closes, text: `ended ${closes} times` }),
  },
  'hold-quantity': {
    // What was cancelled of a line has closed that part of the hold before, or was never in it.
    brokenWhen: `m.opened NOT BETWEEN m.opens * (l.quantity - l.cancelled) AND m.opens * l.quantity
      OR m.closed NOT BETWEEN m.closes * (l.quantity - l.cancelled) AND m.closes * l.quantity
      OR (m.opens = 1 AND m.closes = 1 AND m.opened <> m.closed + m.cut)
      OR m.cut > l.cancelled`,
    say: ({ quantity, opened, closed }) => ({
      expected: quantity ?? 0,
      found: opened === quantity ? closed : opened,
      text: `its line asks for ${quantity}, reserved were ${opened}, ended ${closed}`,
    }),
  },
  'hold-end': {
    brokenWhen: `m.hold BETWEEN 1 AND o.holds AND ${ENDED} <> ${MEANT_END}
      AND NOT (${CARRIED} AND ${ENDED} = 'open') AND NOT (m.opens = 1 AND m.cut = m.opened)`,
    say: ({ state, holds, ended, meantEnd }) => ({
      expected: meantEnd,
      found: ended,
      text: `${ended}, and the order is ${state} with ${holds} holds`,
    }),
  },
  'hold-returns': {
    brokenWhen: `m.returned > 0 AND (m.returned > l.quantity - l.cancelled
        OR o.state NOT IN ('paid', 'returned')
        OR (m.settles = 0 AND NOT ${CARRIED}))
      OR o.state = 'returned' AND m.hold = o.holds AND m.returned <> l.quantity - l.cancelled
      OR o.state = 'paid' AND m.hold = o.holds AND m.returned <> l.returned AND NOT ${CARRIED}`,
    say: ({ state, quantity, returned }) => ({
      expected: state === 'returned' ? (quantity ?? 0) : 'at most what was sold',
      found: returned,
      text: `${returned} came back of an order that is ${state}`,
    }),
  },
};

const BROKEN = Object.entries(HOLD_RULES)
  .map(([check, { brokenWhen }]) => `IF(${brokenWhen}, '${check}', NULL)`)
  .join(', ');

const READ = `
  SELECT * FROM (
    SELECT o.order_id AS orderId, m.goods_id AS goodsId, m.hold, o.holds, o.state, l.quantity,
      m.opens, m.opened, m.closes, m.closed, m.returned, ${ENDED} AS ended,
      ${MEANT_END} AS meantEnd, CONCAT_WS(' ', ${BROKEN}) AS broken
    FROM (
      SELECT order_seq, hold, goods_id,
        CAST(SUM(leg = 'opens') AS SIGNED) AS opens,
        CAST(SUM(IF(leg = 'opens', quantity, 0)) AS SIGNED) AS opened,
        CAST(SUM(leg = 'closes' AND part = 0) AS SIGNED) AS closes,
        CAST(SUM(IF(leg = 'closes' AND part = 0, quantity, 0)) AS SIGNED) AS closed,
        CAST(SUM(IF(leg = 'closes' AND part > 0, quantity, 0)) AS SIGNED) AS cut,
        CAST(SUM(IF(leg = 'returns', quantity, 0)) AS SIGNED) AS returned,
        CAST(SUM(kind = 'settle') AS SIGNED) AS settles,
        CAST(SUM(kind = 'release' AND part = 0) AS SIGNED) AS releases
      FROM movements WHERE order_seq BETWEEN ? AND ?
      GROUP BY order_seq, hold, goods_id
    ) m
    JOIN orders o ON o.seq = m.order_seq
    LEFT JOIN order_lines l ON l.order_seq = m.order_seq AND l.goods_id = m.goods_id
    LEFT JOIN carried_forward c ON c.goods_id = m.goods_id
  ) facts WHERE broken <> '' LIMIT ?`;

export async function brokenHolds(
  sql: Sql,
  { from, to }: OrderRange,
  limit: number,
): Promise<Difference[]> {
  const rows = await sql.rows<HoldFacts>(READ, [from, to, limit]);
  return rows.flatMap((facts) =>
    facts.broken.split(' ').flatMap((check): Difference[] => {
      const rule = HOLD_RULES[check];
      if (!rule) return [];
      const said = rule.say(facts);
      const { orderId, goodsId, hold } = facts;
      const text = `order ${orderId}, goods ${goodsId}, hold ${hold}: ${said.text}`;
      return [{ check, orderId, goodsId, ...said, text }];
    }),
  );
}

/**
 * Holds that an order has had and the ledger does not know: each has one reserve for each line.
 * Where the ledger of a goods id has been carried forward, its numbers and its sums alone tell.
 */
export async function missingHolds(
  sql: Sql,
  { from, to }: OrderRange,
  limit: number,
): Promise<Difference[]> {
  const rows = await sql.rows<{ orderId: string; holds: number; meant: number; reserves: number }>(
    `SELECT o.order_id AS orderId, o.holds, o.holds * l.line_count AS meant,
       COALESCE(m.reserves, 0) AS reserves
     FROM orders o
     JOIN (SELECT l.order_seq, COUNT(*) AS line_count
       FROM order_lines l LEFT JOIN carried_forward c ON c.goods_id = l.goods_id
       WHERE l.order_seq BETWEEN ? AND ? AND c.goods_id IS NULL AND l.cancelled < l.quantity
       GROUP BY l.order_seq) l ON l.order_seq = o.seq
     LEFT JOIN (SELECT m.order_seq, COUNT(DISTINCT m.hold, m.goods_id) AS reserves
       FROM movements m JOIN order_lines l
         ON l.order_seq = m.order_seq AND l.goods_id = m.goods_id
       LEFT JOIN carried_forward c ON c.goods_id = m.goods_id
       WHERE m.order_seq BETWEEN ? AND ? AND m.leg = 'opens' AND c.goods_id IS NULL
         AND l.cancelled < l.quantity
       GROUP BY m.order_seq) m ON m.order_seq = o.seq
     WHERE o.seq BETWEEN ? AND ? AND o.holds * l.line_count > COALESCE(m.reserves, 0)
     LIMIT ?`,
    [from, to, from, to, from, to, limit],
  );
  return rows.map(({ orderId, holds, meant, reserves }) => ({
    check: 'hold-missing',
    orderId,
    expected: meant,
    found: reserves,
    text: `order ${orderId}: has had ${holds} holds, and the ledger lacks a reserve of them`,
  }));
}
