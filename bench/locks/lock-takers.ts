import { createRequire } from 'node:module';
import { Redis } from 'ioredis';
import { codeOf } from '../../src/kernel/index.ts';
import { createLocks } from '../../src/locks/index.ts';
import type { LockEntry, LockLibrary } from './lock-load.ts';

export interface Taken {
  readonly fence: number | null;
  giveBack(): Promise<unknown>;
}

/** One library, ready to take locks, as its own pages say it is used. */
export interface Taker {
  /** Waits as long as it takes; answers nothing when the signal called it off. */
  take(names: readonly string[], signal: AbortSignal): Promise<Taken | undefined>;
  /** Round trips so far; null: it does not count them. */
  trips(): number | null;
  /** Lets everybody through who still waits, for packages whose waits cannot be called off. */
  letThrough(name: string): Promise<void>;
}

/** The same for all: the default of most of them. */
const TTL_MS = 10_000;

const load = createRequire(import.meta.url);

export function takerOf(entry: LockEntry): Taker {
  return makers[entry.library](entry);
}

const makers: Readonly<Record<LockLibrary, (entry: LockEntry) => Taker>> = {
  holdfast: ownTaker,
  redlock: redlockTaker,
  '@sesamecare-oss/redlock': redlockTaker,
  'redis-semaphore': semaphoreTaker,
};

function ownTaker({ name, urls, databaseUrl }: LockEntry): Taker {
  const locks = createLocks({
    urls,
    ttlMs: TTL_MS,
    // 1 Redis is one of the five: their locks must not meet.
    prefix: `${name.replaceAll(' ', '-')}:`,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  return {
    take: async (names, signal) => {
      const outcome = await locks.lock(names, { signal }).catch((error: unknown) => {
        if (codeOf(error) === 'lock-aborted') return undefined;
        throw error;
      });
      if (outcome === undefined) return undefined;
      if (outcome.kind !== 'held') throw new Error(`the lock is ${JSON.stringify(outcome)}`);
      const { held } = outcome;
      return { fence: Number(held.fence), giveBack: () => held.release() };
    },
    trips: () => locks.stats.trips,
    letThrough: () => Promise.resolve(), // all were called off
  };
}

interface RedlockLock {
  readonly value: string;
}

interface Redlock {
  acquire(names: string[], ttlMs: number): Promise<RedlockLock>;
  release(lock: RedlockLock, settings: { readonly retryCount: number }): Promise<unknown>;
}

type RedlockClass = new (nodes: Redis[], settings: Readonly<Record<string, number>>) => Redlock;

/** Neither package gives types that this module system finds. */
function redlockTaker({ name, library, urls, retry }: LockEntry): Taker {
  const found = load(library) as { default?: RedlockClass; Redlock?: RedlockClass };
  const Constructor = found.Redlock ?? found.default;
  if (!Constructor) throw new Error(`${library} exports no Redlock`);
  const nodes = urls.map((url) => new Redis(url));
  const redlock = new Constructor(
    nodes,
    retry
      ? { retryDelay: retry.delayMs, retryJitter: retry.jitterMs, retryCount: retry.count }
      : { retryCount: -1 },
  );
  const keyOf = (lock: string) => `${name}:${lock}`;
  const acquire = async (keys: string[], signal: AbortSignal): Promise<RedlockLock | undefined> => {
    while (!signal.aborted) {
      try {
        return await redlock.acquire(keys, TTL_MS);
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ExecutionError')) throw error;
      }
    }
    return undefined;
  };
  return {
    take: async (names, signal) => {
      const lock = await acquire(names.map(keyOf), signal);
      if (!lock) return undefined;
      // A release that failed was too late, and would be asked for again without end.
      return { fence: null, giveBack: () => redlock.release(lock, { retryCount: 0 }) };
    },
    trips: () => null,
    letThrough: (lock) => deleteKey(nodes, keyOf(lock)),
  };
}

interface Mutex {
  acquire(signal: AbortSignal): Promise<void>;
  release(): Promise<void>;
}

interface SemaphorePackage {
  readonly RedlockMutex: new (nodes: Redis[], key: string, options: object) => Mutex;
}

/** Its quorum knows locks of one name only. */
function semaphoreTaker({ name, library, urls }: LockEntry): Taker {
  const { RedlockMutex } = load(library) as SemaphorePackage;
  const nodes = urls.map((url) => new Redis(url));
  const options = { lockTimeout: TTL_MS, acquireTimeout: Number.POSITIVE_INFINITY };
  return {
    take: async ([lock = ''], signal) => {
      const mutex = new RedlockMutex(nodes, `${name}:${lock}`, options);
      try {
        await mutex.acquire(signal);
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      }
      return { fence: null, giveBack: () => mutex.release() };
    },
    trips: () => null,
    letThrough: (lock) => deleteKey(nodes, `mutex:${name}:${lock}`),
  };
}

async function deleteKey(nodes: readonly Redis[], key: string): Promise<void> {
  await Promise.all(nodes.map((node) => node.del(key)));
}
