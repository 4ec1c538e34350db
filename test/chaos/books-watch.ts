import { pause } from '../../src/kernel/index.ts';
import { type Database, isFailure } from '../../src/mysql/index.ts';
import type { ChaosHistory } from './chaos-history.ts';

const EVERY_MS = 500;

/** Each finds rows that must not be, at any moment. */
const WRONG: Readonly<Record<string, string>> = {
  'a balance that does not add up': `SELECT goods_id AS id FROM stock
    WHERE available + held + sold <> received OR LEAST(available, held, sold) < 0`,
  'held is not what reserved orders hold': `SELECT s.goods_id AS id FROM stock s LEFT JOIN (
      SELECT l.goods_id, SUM(l.quantity) AS units FROM orders o
      JOIN order_lines l ON l.order_seq = o.seq WHERE o.state = 'reserved' GROUP BY l.goods_id) h
    ON h.goods_id = s.goods_id WHERE s.held <> COALESCE(h.units, 0)`,
  'a version that its ledger does not have': `SELECT s.goods_id AS id FROM stock s
    WHERE s.version <> (SELECT COUNT(*) FROM movements m WHERE m.goods_id = s.goods_id)`,
};

/** Looks at the books in single moments while everything goes on; answers how often it could. */
export async function watchBooks(
  database: Database,
  history: ChaosHistory,
  closing: AbortSignal,
): Promise<number> {
  let looks = 0;
  while ((await pause(EVERY_MS, closing)) === 'elapsed') {
    try {
      const wrong = await wrongNow(database);
      looks += 1;
      if (wrong.length > 0) history.snapshot(wrong);
    } catch (error) {
      // The database is away, as it is meant to be; it is looked at again.
      if (!isFailure(error, 'unavailable', 'conflict', 'broken')) throw error;
    }
  }
  return looks;
}

async function wrongNow(database: Database): Promise<string[]> {
  return await database.snapshot(async (sql) => {
    const found: string[] = [];
    for (const [what, text] of Object.entries(WRONG)) {
      const rows = await sql.rows<{ id: number }>(text);
      if (rows.length > 0) found.push(`${what}: ${rows.map(({ id }) => id).join(', ')}`);
    }
    return found;
  });
}
