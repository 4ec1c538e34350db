import type { Clock } from '../kernel/index.ts';
import type { Database } from '../mysql/index.ts';
import { countNotices } from '../notices/index.ts';
import {
  COUNTED_MAX,
  countOrderStates,
  endingHolds,
  type OrderState,
  stuckOrders,
} from '../orders/index.ts';
import { dueRefunds } from '../payments/index.ts';
import type { Queues } from '../queues/index.ts';
import { waitingLetters } from '../saga/index.ts';
import { stockInOrder, sumStock } from '../stock/index.ts';
import type { AuditSeen } from './audit-metrics.ts';
import { type Found, Reading } from './reading.ts';
import type { Readings } from './readings.ts';
import type { Readiness } from './readiness.ts';
import type { SharedPulse } from './shared-pulse.ts';

export interface OverviewParts {
  readonly database: Database;
  readonly queues: Pick<Queues, 'workers'>;
  readonly readings: Readings;
  readonly readiness: () => Promise<Readiness>;
  readonly shared: Pick<SharedPulse, 'since'>;
  readonly clock: Clock;
}

/** What the console shows of everything at once; however many look, it is asked for once. */
export interface Overview {
  /** How things stand now, and what all processes did from that second on. */
  now(since: number): Promise<object>;
  stock(): Promise<object>;
  /** What somebody should have done, or has to do. */
  owed(): Promise<object>;
  /** Somebody acted: they are to see at once what came of it, whatever is still kept. */
  acted(): void;
  readonly auditSeen: AuditSeen;
}

const LIMIT_MS = 2000;
/** A page is told of a change within a second, and nothing is asked more often than this. */
const KEEP_MS = 200;
/** Sums of minutes, of thousands of orders: a second more or less tells nobody anything. */
const SLOWLY_MS = 1000;
const SELDOM_MS = 5000;
/** Looking takes its share of a server's time at most: a tenth. */
const SHARE = 10;

const STOCK_SHOWN = 200;
const OWED_SHOWN = 100;
/** A sweep comes by at least this often, unless something is wrong. */
const LATE_SECONDS = 5;

export function createOverview(parts: OverviewParts): Overview {
  const { database, queues, readings, readiness, shared, clock } = parts;
  const reading = <T>(ask: () => Promise<T>, leastMs = KEEP_MS): Reading<T> => {
    let before = 0;
    // Once slow is chance; an answer is kept longer when it took long twice in a row.
    const keepMs = (tookMs: number): number => {
      const steadyMs = Math.min(tookMs, before);
      before = tookMs;
      return Math.max(leastMs, SHARE * steadyMs);
    };
    return new Reading({ ask, limitMs: LIMIT_MS, keepMs, clock });
  };
  const states = reading(() => countOrderStates(database));
  const ending = reading(() => endingHolds(database), SLOWLY_MS);
  const workers = reading(() => queues.workers(), SELDOM_MS);
  const stock = reading(() => readStockOverview(database));
  const owed = reading(() => readOwed(database));
  let audited: object | null = null;
  return {
    now: async (since) => {
      const [health, counts, byState, books, holds, working, sums, debts, pulse] =
        await Promise.all([
          readiness(),
          readings.queues.read(),
          states.read(),
          readings.books.read(),
          ending.read(),
          workers.read(),
          stock.read(),
          owed.read(),
          shared.since(since),
        ]);
      return {
        at: clock.wallMs(),
        health,
        queues: valueOf(counts)?.map(({ queue, counts: jobs }) => ({ queue, ...jobs })) ?? null,
        workers: valueOf(working),
        states: statesShown(valueOf(byState)),
        books: valueOf(books),
        ending: valueOf(holds),
        stock: valueOf(sums)?.sums ?? null,
        owed: valueOf(debts)?.counts ?? null,
        audit: audited,
        pulse: { isShared: pulse.isShared, processes: pulse.processes },
        seconds: pulse.seconds,
      };
    },
    stock: async () => answered(await stock.read()),
    owed: async () => answered(await owed.read()),
    acted: () => {
      for (const one of [states, stock, owed]) one.forget();
    },
    auditSeen: ({ differences }) => {
      const at = clock.now().toISO();
      audited = { balanced: differences.length === 0, differences: differences.length, at };
    },
  };
}

async function readStockOverview(database: Database) {
  return {
    sums: await sumStock(database),
    fewest: await stockInOrder(database, 'fewest', STOCK_SHOWN),
    mostHeld: await stockInOrder(database, 'most-held', STOCK_SHOWN),
  };
}

async function readOwed(database: Database) {
  const limit = OWED_SHOWN + 1;
  const stuck = await stuckOrders(database, { lateSeconds: LATE_SECONDS, limit });
  const refunds = await dueRefunds(database, limit);
  const letters = await waitingLetters(database, limit);
  const dead = await countNotices(database, { state: 'dead' });
  const counts = {
    stuck: stuck.length,
    refunds: refunds.length,
    letters: letters.length,
    deadNotices: dead,
    /** A count of this many means: so many or more. */
    most: limit,
  };
  return { counts, stuck, refunds, letters };
}

function statesShown(counts: Readonly<Record<OrderState, number>> | null) {
  return counts && { counts, most: COUNTED_MAX + 1 };
}

function valueOf<T>(found: Found<T>): T | null {
  return found.ok ? found.value : null;
}

function answered<T extends object>(found: Found<T>): object {
  return found.ok ? found.value : { error: found.error };
}
