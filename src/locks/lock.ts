import type { Clock, Logger, Random } from '../kernel/index.ts';
import type { LossReason } from './lock-loss.ts';

/** How a lock is held. Given to `createLocks` it holds for all locks, given to a call for one. */
export interface HoldOptions {
  /**
   * How long a lock lives on the servers when nobody renews it. Default: 10,000; for a call that
   * of `createLocks`, which none can exceed: a node that restarted is not counted for so long.
   */
  readonly ttlMs?: number;
  /** Renew the lock at a third of its time, as long as it is held. Default: true. */
  readonly autoRenew?: boolean;
  /** No lock is held longer than this, however often it is renewed. Default: a minute or 6 ttl. */
  readonly maxHoldMs?: number;
  /** Called once when the lock is lost, in time; not when it is given back. */
  readonly onLost?: (loss: LockLoss) => void;
  /** Called at each renewal that failed while the lock is still held: there is time to mend. */
  readonly onRenewFailed?: (failure: RenewFailure) => void;
}

/** As PEM texts, or files read. What the system trusts is trusted when there is no `ca`. */
export interface LockTls {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

export interface LocksOptions extends HoldOptions {
  /**
   * Where the locks are kept: several `redis://` URLs make a quorum of independent nodes, one makes
   * a single node; `mysql://` (or `mysql:`, which is `databaseUrl`) is a database; `memory:` is
   * this process.
   */
  readonly urls: readonly string[];
  /** What `mysql:` stands for. */
  readonly databaseUrl?: string;
  /** For servers named as `rediss://`, `etcds://` or `mysqls://`. */
  readonly tls?: LockTls;
  /** Comes before every name: `lock:` and `7` make the key `lock:7`. Default: `lock:`. */
  readonly prefix?: string;
  /** One attempt is decided within this time, whatever the servers do. Default: 500. */
  readonly attemptTimeoutMs?: number;
  /** Called when the clock of a Redis node has jumped; what is held there is renewed by itself. */
  readonly onClockJump?: (jump: ClockJump) => void;
  /** `withLock` inside of `withLock` for the same names goes in under the lock held. */
  readonly reentrant?: boolean;
  /** Default: says nothing. */
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * What the servers can promise.
 *
 * - `one-process`: nothing beyond this process;
 * - `single-node`: as much as one server that does not wait for its disk;
 * - `quorum`: a majority of several such servers;
 * - `database`: one server that keeps its word over a restart;
 * - `consensus`: a cluster that agrees on every lock.
 */
export type LockGuarantee = 'one-process' | 'single-node' | 'quorum' | 'database' | 'consensus';

export interface LockLoss {
  readonly names: readonly string[];
  readonly fence: bigint;
  readonly reason: LossReason;
  /** The error `lock-lost`, as the signal carries it. */
  readonly error: Error;
}

export interface ClockJump {
  /** `host:port` of the node. */
  readonly node: string;
  /** By so much; below zero when it was set back. */
  readonly jumpMs: number;
  /** For so long its vote is not counted. */
  readonly waitMs: number;
}

export interface RenewFailure {
  readonly names: readonly string[];
  readonly fence: bigint;
  /** How long the lock is held even if no renewal succeeds. */
  readonly remainingMs: number;
  readonly error: unknown;
}

export interface TryLockOptions extends HoldOptions {
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
   * A number in place of the options is the ttl.
   */
  withLock<T>(
    names: readonly string[],
    options: LockOptions | number,
    routine: (held: HeldLock) => Promise<T>,
  ): Promise<T>;
  /** Could one of the names not be taken now? Throws `lock-unreachable` when nobody can tell. */
  isLocked(names: readonly string[]): Promise<boolean>;
  /**
   * In how many milliseconds the name is free if nobody renews it: 0 when it is free now, Infinity
   * when it has no end. Throws `lock-unreachable` when nobody can tell.
   */
  ttl(name: string): Promise<number>;
  /** Who holds what, node by node. For people: it may have changed before it is read. */
  inspect(names: readonly string[]): Promise<LockView[]>;
  /** The locks that this object holds now. */
  readonly open: readonly HeldLock[];
  /** What it has done so far. */
  readonly stats: LockStats;
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
  /** Those whose answer is missing, and what is known of each. */
  readonly nodes: readonly NodeTrouble[];
}

export interface NodeTrouble {
  readonly node: string;
  readonly problem: string;
}

/** Counted since `createLocks`. */
export interface LockStats {
  readonly acquired: number;
  /** Answers that somebody else holds it, a wait that took too long included. */
  readonly busy: number;
  readonly unreachable: number;
  readonly aborted: number;
  readonly lost: Readonly<Record<Exclude<LossReason, 'released'>, number>>;
  /** From asking to the answer, all answers together. */
  readonly waitMs: number;
  /** From the answer to the release, all locks that were given back together. */
  readonly holdMs: number;
  /** Questions sent and waited for; one that goes to all nodes at once is one. */
  readonly trips: number;
  /** Of the clocks of Redis nodes; each is seen by every process that asks the node. */
  readonly clockJumps: number;
  /** The highest given out here. */
  readonly fence: bigint;
}

export interface HeldLock {
  readonly names: readonly string[];
  /** Higher than that of every earlier holder of any of the names. */
  readonly fence: bigint;
  /** Why it is no longer held; undefined while it is. */
  readonly loss: LossReason | undefined;
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
  /** Null when this kind of node does not tell. */
  readonly waiting: number | null;
}
