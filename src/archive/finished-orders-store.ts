import { type Sql, sameRows } from '../mysql/index.ts';

export interface LookedAt {
  readonly seq: number;
  readonly orderId: string;
  /** Steps it has had: whatever happens to an order adds one. */
  readonly version: number;
  /** Nothing is owed to it or by it, and nothing has happened to it since. */
  readonly isFinished: number;
  /** It was not there yet at that time, and so are those that came after it. Of one that was
   * archived and has moved since, what is left does not tell. */
  readonly isYoung: number;
}

/**
 * The next orders with a history that is not archived. The key of the histories is what leads from
 * one to the next: archived orders have none, so no page reads past them.
 */
export async function ordersWithHistory(
  sql: Sql,
  { after, before, limit }: { after: number; before: string; limit: number },
): Promise<readonly LookedAt[]> {
  return await sql.rows<LookedAt>(
    `SELECT p.seq, o.order_id AS orderId, o.version,
       COALESCE(o.state IN ('paid', 'expired', 'cancelled', 'rejected', 'returned')
         AND o.due_at IS NULL AND e.at < ? AND NOT EXISTS (SELECT 1 FROM payments y
           WHERE y.order_seq = p.seq AND y.state IN ('early', 'refund-due')), 0) AS isFinished,
       COALESCE(o.archived IS NULL AND (SELECT f.at FROM order_steps f
         WHERE f.order_seq = p.seq ORDER BY f.step LIMIT 1) >= ?, 0) AS isYoung
     FROM (SELECT DISTINCT order_seq AS seq FROM order_steps
       WHERE order_seq > ? ORDER BY order_seq LIMIT ?) p
     LEFT JOIN orders o ON o.seq = p.seq
     LEFT JOIN order_steps e ON e.order_seq = o.seq AND e.step = o.version
     ORDER BY p.seq`,
    [before, before, after, limit],
  );
}

/** Locks those that nobody else has in hand, in order of id; waits for none, takes none twice. */
export async function lockIdle(
  sql: Sql,
  orderIds: readonly string[],
): Promise<readonly { readonly seq: number; readonly version: number }[]> {
  return await sql.rows(
    `SELECT seq, version FROM orders FORCE INDEX (orders_by_id) WHERE order_id IN (?)
       AND (archived IS NULL OR archived < version)
     ORDER BY order_id FOR UPDATE SKIP LOCKED`,
    [orderIds.toSorted()],
  );
}

/** Answers how many steps there were. Called for orders whose rows are locked. */
export async function removeHistory(sql: Sql, seqs: readonly number[]): Promise<number> {
  const [marked, steps] = await Promise.all([
    sql.write(
      `UPDATE orders FORCE INDEX (PRIMARY) SET archived = version, metadata = NULL
       WHERE seq IN (?)`,
      [seqs],
    ),
    // In the form that takes an index hint: a scan would wait for steps that others are writing.
    sql.write('DELETE s FROM order_steps s FORCE INDEX (PRIMARY) WHERE s.order_seq IN (?)', [seqs]),
  ]);
  sameRows(marked, seqs.length, 'archived orders');
  return steps;
}

export async function countSteps(sql: Sql, seqs: readonly number[]): Promise<number> {
  if (seqs.length === 0) return 0;
  const [row] = await sql.rows<{ steps: number }>(
    `SELECT COUNT(*) AS steps FROM order_steps FORCE INDEX (PRIMARY) WHERE order_seq IN (?)`,
    [seqs],
  );
  return row?.steps ?? 0;
}
