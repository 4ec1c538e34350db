import { isRetryable, messageOf } from '../../src/kernel/index.ts';
import type { Database } from '../../src/mysql/index.ts';
import { audit, countDeadLetters } from '../../src/saga/index.ts';
import { expectBalanced } from '../support/books.ts';
import type { Stories } from './crash-scenario.ts';
import { orderStories } from './order-stories.ts';

/** All that must hold when everybody is done; each line says what does not. */
export async function faultsFound(
  database: Database,
  ends: Stories,
  lettersExpected: number,
): Promise<string[]> {
  const found: string[] = [];
  const report = await audit(database);
  found.push(...report.differences.map(({ text }) => `audit: ${text}`));
  try {
    await expectBalanced(database);
  } catch (error) {
    found.push(`books: ${messageOf(error)}`);
  }
  const stories = await orderStories(database);
  for (const [orderId, allowed] of Object.entries(ends)) {
    const story = stories.get(orderId) ?? 'is not there';
    if (!allowed.includes(story)) found.push(`order ${orderId} is ${story}`);
  }
  for (const orderId of stories.keys()) {
    if (!Object.hasOwn(ends, orderId)) found.push(`order ${orderId} was never asked for`);
  }
  const letters = await countDeadLetters(database);
  if (letters !== lettersExpected) {
    found.push(`${letters} dead letters, and not ${lettersExpected}`);
  }
  return found;
}

const LEFT = `SELECT COUNT(*) AS n FROM orders
  WHERE state = 'placed' OR due_at <= UTC_TIMESTAMP(6)`;

/** Is there an order that somebody must still look at now? */
export async function isAnyOwed(database: Database): Promise<boolean> {
  const [row] = await database.rows<{ n: number }>(LEFT);
  return Number(row?.n) > 0;
}

/** A placed order is looked at by the sweep after some seconds: they are over now. */
export async function hurryPlaced(database: Database): Promise<void> {
  try {
    await database.write(
      `UPDATE orders SET due_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND
       WHERE state IN ('placed', 'reserved') AND attempts + (state = 'placed') > 0
         AND due_at > UTC_TIMESTAMP(6) AND due_at < UTC_TIMESTAMP(6) + INTERVAL 15 SECOND`,
    );
  } catch (error) {
    // In the way of those who decide about the order: it is asked again soon.
    if (!isRetryable(error)) throw error;
  }
}

const TABLES = [
  'orders',
  'order_lines',
  'order_steps',
  'movements',
  'adjustments',
  'payments',
  'stock',
  'dead_letters',
  'notices',
  'notice_attempts',
  'idempotency_keys',
];

/** For the next playing: nothing of the last one is left. */
export async function emptyTables(database: Database): Promise<void> {
  await database.transaction(async (sql) => {
    await Promise.all(TABLES.map((table) => sql.write(`DELETE FROM ${table}`)));
  });
}
