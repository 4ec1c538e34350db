import type { Clock, Logger, Random } from '../kernel/index.ts';

export interface LocksOptions {
  /** Several `redis://` URLs make a quorum of independent nodes, one makes a single node. */
  readonly urls: readonly string[];
  /** Comes before every name: `lock:goods:` and `7` make the key `lock:goods:7`. */
  readonly prefix: string;
  /** How long a lock lives on the servers when nobody renews it. */
  readonly ttlMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** One attempt is decided within this time, whatever the servers do. Default: 500. */
  readonly attemptTimeoutMs?: number;
  /** No lock is held longer than this, however often it is renewed. Default: a minute or 6 ttl. */
  readonly maxHoldMs?: number;
}

/** What the servers can promise: one of them, or a majority of several. */
export type LockGuarantee = 'single-node' | 'quorum';

export interface TryLockOptions {
  /** The fence of the new holder will be above this. */
  readonly fenceAbove?: bigint;
}

export interface LockOptions extends TryLockOptions {
  /** Answer `busy` after this time. Default: wait as long as it takes. */
  readonly timeoutMs?: number;
  /** Ends the wait with the error `lock-aborted`. A lock already held is not touched by it. */
  readonly signal?: AbortSignal;
}

export interface Locks {
  readonly guarantee: LockGuarantee;
  /** One attempt at all the names together: all of them or none. */
  tryLock(names: readonly string[], options?: TryLockOptions): Promise<TryOutcome>;
  /** Waits in line, first come first served, while somebody else holds one of the names. */
  lock(names: readonly string[], options?: LockOptions): Promise<TryOutcome>;
  /**
   * Runs the routine under the lock. Its own result or error always comes through; only a result
   * reached after the lock was lost becomes `lock-lost`, with the result in `details.result`.
   */
  withLock<T>(
    names: readonly string[],
    options: LockOptions,
    routine: (held: HeldLock) => Promise<T>,
  ): Promise<T>;
  /** Who holds what, node by node. For people: it may have changed before it is read. */
  inspect(names: readonly string[]): Promise<LockView[]>;
  /** Gives back what is still held, ends every wait and closes the connections. */
  close(): Promise<void>;
}

export type TryOutcome =
  | { readonly kind: 'held'; readonly held: HeldLock }
  | LockBusy
  | LockUnreachable;

/** Somebody holds one of the names, or stands in line for it. */
export interface LockBusy {
  readonly kind: 'busy';
  readonly names: readonly string[];
  readonly retryAfterMs: number;
}

/** Too few nodes answered, and none of them has seen a holder. */
export interface LockUnreachable {
  readonly kind: 'unreachable';
  readonly reason: string;
}

export interface HeldLock {
  readonly names: readonly string[];
  /** Higher than that of every earlier holder of any of the names. */
  readonly fence: bigint;
  /** Aborts when the lock is lost, in time; its reason is the error `lock-lost`. */
  readonly signal: AbortSignal;
  /** For how long this process may still act as the holder; 0 when the lock is lost. */
  remainingMs(): number;
  /** Throws `lock-lost` unless the lock is held at this very moment. */
  assertHeld(): void;
  renew(): Promise<void>;
  /** Never throws: a lock that could not be given back ends by itself. Twice is once. */
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface LockView {
  readonly name: string;
  readonly nodes: readonly LockNodeView[];
}

export interface LockNodeView {
  /** `host:port` of the node. */
  readonly node: string;
  /** False: it did not answer, and the rest says nothing. */
  readonly reachable: boolean;
  readonly held: boolean;
  /** What is left of the holder's time; null when nobody holds it, or it has no end. */
  readonly ttlMs: number | null;
  /** The last fence given out here; null when there was none. */
  readonly fence: bigint | null;
  readonly waiting: number;
}
