import type { Database } from '../mysql/index.ts';
import { type Line, peekOrders } from '../orders/index.ts';

/** Below the thousand from which MariaDB turns a list into a join of its own. */
const PAGE = 500;
const AT_ONCE = 2;

/**
 * Looks up which goods orders want, many orders in one read: those that are asked for while a read
 * is under way go together in the next.
 */
export class OrderPeek {
  private readonly database: Database;
  private waiting = new Map<string, ((lines: readonly Line[]) => void)[]>();
  private failures = new Map<string, ((error: unknown) => void)[]>();
  private running = 0;
  private scheduled = false;

  constructor(database: Database) {
    this.database = database;
  }

  linesOf(orderId: string): Promise<readonly Line[]> {
    return new Promise((resolve, reject) => {
      push(this.waiting, orderId, resolve);
      push(this.failures, orderId, reject);
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      while (this.running < AT_ONCE && this.waiting.size > 0) void this.readPage();
    });
  }

  private async readPage(): Promise<void> {
    this.running += 1;
    const page = [...this.waiting.keys()].slice(0, PAGE).map((orderId) => {
      const resolves = this.waiting.get(orderId) ?? [];
      const rejects = this.failures.get(orderId) ?? [];
      this.waiting.delete(orderId);
      this.failures.delete(orderId);
      return { orderId, resolves, rejects };
    });
    try {
      const ids = page.map(({ orderId }) => orderId);
      const { orders } = await peekOrders(this.database, ids);
      for (const { orderId, resolves } of page) {
        const lines = orders.get(orderId)?.order.lines ?? [];
        for (const resolve of resolves) resolve(lines);
      }
    } catch (error) {
      for (const { rejects } of page) for (const reject of rejects) reject(error);
    } finally {
      this.running -= 1;
      this.schedule();
    }
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
