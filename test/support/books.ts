import { expect } from 'chai';
import type { Sql } from '../../src/mysql/index.ts';

/** Each finds rows that must not be; the name says what is wrong with them. */
const FAULTS = {
  'a balance that its ledger does not explain': `
    SELECT s.goods_id, s.available, s.held, s.sold, s.received, s.version, m.*
    FROM stock s LEFT JOIN (
      SELECT goods_id AS id, COUNT(*) AS n, MIN(version) AS least, MAX(version) AS most,
        SUM(CASE kind WHEN 'restock' THEN quantity WHEN 'release' THEN quantity
          WHEN 'return' THEN quantity WHEN 'reserve' THEN -quantity ELSE 0 END) AS available,
        SUM(CASE kind WHEN 'reserve' THEN quantity WHEN 'release' THEN -quantity
          WHEN 'settle' THEN -quantity ELSE 0 END) AS held,
        SUM(CASE kind WHEN 'settle' THEN quantity WHEN 'return' THEN -quantity ELSE 0 END) AS sold
      FROM movements GROUP BY goods_id) m ON m.id = s.goods_id
    WHERE NOT (s.available = COALESCE(m.available, 0) AND s.held = COALESCE(m.held, 0)
      AND s.sold = COALESCE(m.sold, 0) AND s.version = COALESCE(m.most, 0)
      AND COALESCE(m.n, 0) = s.version AND COALESCE(m.least, 1) = 1)`,
  'an order whose open holds are not what its state says': `
    SELECT o.order_id, o.state, COALESCE(m.opens, 0), COALESCE(m.closes, 0), l.n
    FROM orders o
    LEFT JOIN (SELECT order_seq, COUNT(*) AS n, SUM(cancelled) AS cut,
        SUM(quantity - cancelled) AS units FROM order_lines GROUP BY order_seq) l
      ON l.order_seq = o.seq
    LEFT JOIN (SELECT order_seq, SUM(leg = 'opens') AS opens,
        SUM(leg = 'closes' AND part = 0) AS closes,
        SUM(CASE leg WHEN 'opens' THEN quantity WHEN 'closes' THEN -quantity ELSE 0 END) AS held
      FROM movements WHERE order_seq IS NOT NULL GROUP BY order_seq) m ON m.order_seq = o.seq
    WHERE COALESCE(m.held, 0) <> IF(o.state = 'reserved', COALESCE(l.units, 0), 0)
      OR (COALESCE(l.cut, 0) = 0 AND (COALESCE(m.opens, 0) <> o.holds * COALESCE(l.n, 0)
        OR COALESCE(m.opens, 0) - COALESCE(m.closes, 0)
          <> IF(o.state = 'reserved', COALESCE(l.n, 0), 0)))`,
  'an order whose sold goods are not what its state says': `
    SELECT o.order_id, o.state FROM orders o WHERE (o.state IN ('paid', 'returned')) <> EXISTS (
      SELECT 1 FROM movements m WHERE m.order_seq = o.seq AND m.kind = 'settle')`,
  'an order whose returned goods are not what its state says': `
    SELECT o.order_id, o.state FROM orders o WHERE (o.state = 'returned') <> EXISTS (
      SELECT 1 FROM movements m JOIN order_lines l
        ON l.order_seq = m.order_seq AND l.goods_id = m.goods_id
      WHERE m.order_seq = o.seq AND m.kind = 'return' AND (m.part = 0 OR o.state <> 'paid'))`,
  'an order paid other than once, unless it was sold without a payment': `
    SELECT o.order_id, o.state FROM orders o
    WHERE (SELECT COUNT(*) FROM payments p WHERE p.order_seq = o.seq AND p.state = 'applied')
      <> (o.state = 'paid' AND NOT EXISTS (
        SELECT 1 FROM order_steps t WHERE t.order_seq = o.seq AND t.event = 'sell'))`,
  'a payment that waits for an order that waits for nothing': `
    SELECT o.order_id, o.state, p.payment_id FROM payments p JOIN orders o ON o.seq = p.order_seq
    WHERE p.state = 'early' AND o.state NOT IN ('awaited', 'placed')`,
  'a count of waiting payments that is wrong': `
    SELECT o.order_id FROM orders o WHERE o.early_payments <> (
      SELECT COUNT(*) FROM payments p WHERE p.order_seq = o.seq AND p.state = 'early')`,
  'a history with gaps': `
    SELECT o.order_id, o.version FROM orders o LEFT JOIN (
      SELECT order_seq, COUNT(*) AS n, MAX(step) AS most FROM order_steps GROUP BY order_seq) t
      ON t.order_seq = o.seq
    WHERE o.version <> COALESCE(t.n, 0) OR o.version <> COALESCE(t.most, 0)`,
  'a history that does not end where the order is': `
    SELECT o.order_id, o.state, t.to_state FROM orders o
    JOIN order_steps t ON t.order_seq = o.seq AND t.step = o.version
    WHERE t.to_state <> o.state`,
  'an order that is owed something and will never be looked at': `
    SELECT order_id, state FROM orders WHERE due_at IS NULL AND state IN ('placed', 'reserved')`,
} as const;

/** The books of a database that nobody writes any more. */
export async function expectBalanced(sql: Sql): Promise<void> {
  for (const [fault, query] of Object.entries(FAULTS)) {
    expect(await sql.rows(query), fault).to.deep.equal([]);
  }
}
