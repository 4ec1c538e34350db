import type { Clock } from '../kernel/index.ts';
import type { Locks } from '../locks/index.ts';
import { type Database, databaseFacts, missingMigrations } from '../mysql/index.ts';
import { countOpenHolds, overdueMs } from '../orders/index.ts';
import type { QueueCounts, Queues } from '../queues/index.ts';
import { type RedisClient, type Replication, readReplication, whenReady } from '../redis/index.ts';
import { countDeadLetters } from '../saga/index.ts';
import { sumHeldUnits } from '../stock/index.ts';
import { Reading } from './reading.ts';

export interface DatabaseState {
  readonly version: string;
  /** Names of the migrations that it lacks. */
  readonly missing: readonly string[];
}

export interface LockNodeState {
  readonly address: string;
  readonly ok: boolean;
}

export interface QueueState {
  readonly queue: string;
  readonly counts: Omit<QueueCounts, 'queue'>;
  /** When the job that has waited longest was put in; null when none waits. */
  readonly oldestAtMs: number | null;
}

export interface Books {
  readonly openHolds: number;
  readonly heldUnits: number;
  readonly deadLetters: number;
}

/** Everything that is asked of a server, for probes and for scrapes alike. */
export interface Readings {
  readonly database: Reading<DatabaseState>;
  readonly redis: Reading<Replication>;
  readonly locks: Reading<readonly LockNodeState[]>;
  readonly queues: Reading<readonly QueueState[]>;
  /** How long the oldest due order is overdue, in milliseconds. */
  readonly sweepLag: Reading<number>;
  readonly books: Reading<Books>;
}

export interface ReadingsParts {
  /** For questions like these alone, so that a busy pool is not taken for a lost database. */
  readonly database: Database;
  readonly redis: () => RedisClient;
  readonly locks: Pick<Locks, 'inspect'>;
  readonly queues: Pick<Queues, 'counts' | 'oldestWaitingMs'>;
  readonly clock: Clock;
}

const LIMIT_MS = 500;
/** The lock nodes have their own half second to answer. */
const LOCKS_LIMIT_MS = 800;
const BOOKS_LIMIT_MS = 1000;
const KEEP_MS = 1000;
const BOOKS_KEEP_MS = 5000;
/** Counting rows takes its share of the database's time at most: a twentieth. */
const BOOKS_SHARE = 20;

/** A name that nobody locks: asking about it tells which nodes count. */
const NO_GOODS = 'health';

export function createReadings(parts: ReadingsParts): Readings {
  const { database, redis, locks, queues, clock } = parts;
  const reading = <T>(ask: () => Promise<T>, limitMs = LIMIT_MS): Reading<T> =>
    new Reading({ ask, limitMs, keepMs: () => KEEP_MS, clock });
  return {
    database: reading(async () => {
      const { version } = await databaseFacts(database);
      return { version, missing: await missingMigrations(database) };
    }),
    redis: reading(async () => {
      await whenReady(redis(), LIMIT_MS);
      return await readReplication(redis());
    }),
    locks: reading(async () => {
      const [view] = await locks.inspect([NO_GOODS]);
      return (view?.nodes ?? []).map(({ node, reachable }) => ({ address: node, ok: reachable }));
    }, LOCKS_LIMIT_MS),
    queues: reading(async () => {
      const all = await queues.counts();
      return await Promise.all(
        all.map(async ({ queue, ...counts }) => ({
          queue,
          counts,
          oldestAtMs: counts.waiting === 0 ? null : await queues.oldestWaitingMs(queue),
        })),
      );
    }),
    sweepLag: reading(() => overdueMs(database)),
    books: new Reading({
      ask: () => readBooks(database),
      limitMs: BOOKS_LIMIT_MS,
      keepMs: (tookMs) => Math.max(BOOKS_KEEP_MS, BOOKS_SHARE * tookMs),
      clock,
    }),
  };
}

async function readBooks(database: Database): Promise<Books> {
  return {
    openHolds: await countOpenHolds(database),
    heldUnits: await sumHeldUnits(database),
    deadLetters: await countDeadLetters(database),
  };
}
