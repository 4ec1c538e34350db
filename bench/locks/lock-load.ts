/** What the driver asks of the processes that take and give back locks, and what they answer. */

export type LockLibrary = 'holdfast' | 'redlock' | '@sesamecare-oss/redlock' | 'redis-semaphore';

/** How a package that has no line asks again. */
export interface RetrySettings {
  readonly delayMs: number;
  readonly jitterMs: number;
  /** How often, until it gives back what it got from some nodes and begins anew; -1: never. */
  readonly count: number;
}

/** One of those that are measured, in words that another process understands. */
export interface LockEntry {
  readonly name: string;
  readonly library: LockLibrary;
  readonly urls: readonly string[];
  /** What `mysql:` stands for. */
  readonly databaseUrl?: string;
  readonly retry?: RetrySettings;
  /** Its locks are not known outside of the process. */
  readonly oneProcess?: boolean;
}

/** Takes locks that nobody else wants. */
export interface AloneLoad {
  readonly type: 'alone';
  readonly entry: LockEntry;
  readonly ms: number;
  /** Side by side, each with names of its own, one at a time. */
  readonly callers: number;
  /** Names in each lock. */
  readonly keys: number;
}

export interface AloneAnswer {
  readonly done: number;
  readonly seconds: number;
  /** Of taking and giving back together, in microseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly trips: number | null;
}

/** Takes one lock that all want, again and again. */
export interface ContestLoad {
  readonly type: 'contest';
  readonly entry: LockEntry;
  readonly name: string;
  /** Those of this process; their numbers begin with `firstWaiter`. */
  readonly waiters: number;
  readonly firstWaiter: number;
  /** By the clock that all processes share. */
  readonly startUs: number;
  readonly ms: number;
}

export interface ContestAnswer {
  readonly holds: readonly Hold[];
  /** Attempts that ended without a lock although nobody had called them off. */
  readonly failed: number;
  readonly trips: number | null;
}

/** From when the lock was had to when it was about to be given back, in microseconds. */
export interface Hold {
  readonly waiter: number;
  readonly from: number;
  readonly until: number;
  /** Null: this library has none. */
  readonly fence: number | null;
}

/** Counts from the same moment in all processes of this machine. */
export function sharedUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
