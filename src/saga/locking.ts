/**
 * What the saga needs of a lock. The locks room fits it as it is; the saga does not depend on how
 * a lock is made, and every one of its tests passes without any.
 */
export interface GoodsLocks {
  tryLock(names: readonly string[], options: LockAsk): Promise<LockAnswer>;
  /** Waits first come, first served, while somebody else holds one of the names. */
  lock(names: readonly string[], options: LockAsk & { timeoutMs: number }): Promise<LockAnswer>;
}

export interface LockAsk {
  /** The lock number must be higher than this one, which the database has seen. */
  readonly fenceAbove?: bigint;
}

export type LockAnswer =
  | { readonly kind: 'held'; readonly held: HeldGoods }
  | { readonly kind: 'busy'; readonly names: readonly string[]; readonly retryAfterMs: number }
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface HeldGoods {
  readonly fence: bigint;
  /** Throws when the time of the lock is over. */
  assertHeld(): void;
  release(): Promise<void>;
}

/** Row locks alone: for a system that is run without lock nodes. */
export const noLocks: GoodsLocks = {
  tryLock: () => Promise.resolve({ kind: 'unreachable', reason: 'there are no lock nodes' }),
  lock: () => Promise.resolve({ kind: 'unreachable', reason: 'there are no lock nodes' }),
};
