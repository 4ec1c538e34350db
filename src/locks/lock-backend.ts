import type { Clock, Logger, Random } from '../kernel/index.ts';
import type {
  ClockJump,
  LockBusy,
  LockGuarantee,
  LockOptions,
  LockTls,
  LockUnreachable,
  LockView,
  TryLockOptions,
} from './lock.ts';
import type { Moment } from './lock-deadline.ts';
import type { LossReason } from './lock-loss.ts';

/** What a backend is made of: the options of `createLocks`, complete. */
export interface BackendOptions {
  readonly urls: readonly string[];
  readonly databaseUrl: string | undefined;
  readonly tls: LockTls | undefined;
  readonly prefix: string;
  /** The longest that any lock lives without being renewed. */
  readonly ttlMs: number;
  readonly attemptTimeoutMs: number;
  readonly onClockJump: (jump: ClockJump) => void;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** A call with its ttl settled: that of `createLocks`, or a shorter one of its own. */
export type TryAsk = TryLockOptions & { readonly ttlMs: number };
export type WaitAsk = LockOptions & { readonly ttlMs: number };

/**
 * What a kind of server has to offer to carry locks. Everything above it (deadline, renewal,
 * cap on the hold, `withLock`) is the same for all of them.
 *
 * The names are sorted, each given once, and checked. Expected outcomes are answers; a backend
 * throws only on wrong use.
 */
export interface LockBackend {
  readonly guarantee: LockGuarantee;
  /** Questions sent and waited for so far; one that goes to all nodes at once is one. */
  readonly trips: number;
  /** Seen so far; undefined when nothing here depends on the clocks of servers. */
  readonly clockJumps?: number;
  tryAcquire(names: readonly string[], ask: TryAsk): Promise<AcquireAnswer>;
  /** Waits in line while busy; answers busy when the time is up, throws `lock-aborted`. */
  acquire(names: readonly string[], ask: WaitAsk): Promise<AcquireAnswer>;
  inspect(names: readonly string[]): Promise<LockView[]>;
  close(): Promise<void>;
}

export type AcquireAnswer =
  | { readonly kind: 'granted'; readonly lease: Lease }
  | LockBusy
  | LockUnreachable;

/** A lock as the servers know it. They end it one ttl after the last moment it was asked for. */
export interface Lease {
  readonly fence: bigint;
  /** When the question was sent that the servers said yes to: its time is counted from there. */
  readonly sentAt: Moment;
  renew(): Promise<RenewAnswer>;
  /** When it should be renewed first, if that is before a third of its time. */
  readonly firstRenewalMs?: number;
  /** Calls when it should be renewed at once, as after a clock jump; answers how to end that. */
  onAlarm?(call: () => void): () => void;
  /** False when too few servers confirmed it; then it ends by itself. Never throws. */
  release(): Promise<boolean>;
  /** Calls back, once, when it is known without a question that the lock has ended. */
  watch?(ended: (reason: LossReason) => void): void;
}

export type RenewAnswer =
  | { readonly kind: 'renewed'; readonly sentAt: Moment }
  /** So many servers said "not yours" that no quorum is left. */
  | { readonly kind: 'stolen' }
  | LockUnreachable;
