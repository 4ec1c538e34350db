import type { Clock, Logger } from '../kernel/index.ts';
import { HeldLease } from './held-lease.ts';
import type {
  HeldLock,
  LockGuarantee,
  LockOptions,
  Locks,
  LockView,
  TryLockOptions,
  TryOutcome,
} from './lock.ts';
import type { AcquireAnswer, LockBackend } from './lock-backend.ts';
import { lockLost, locksClosed, notHeld } from './lock-errors.ts';
import { lockNames } from './lock-names.ts';

export interface FencedLocksOptions {
  readonly ttlMs: number;
  readonly maxHoldMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Outcome =
  | { readonly kind: 'held'; readonly held: HeldLease }
  | Exclude<TryOutcome, { kind: 'held' }>;

/** The part of every lock that does not depend on where it is kept. */
export class FencedLocks implements Locks {
  readonly #backend: LockBackend;
  readonly #options: FencedLocksOptions;
  readonly #open = new Set<HeldLease>();
  #closing: Promise<void> | undefined;

  constructor(backend: LockBackend, options: FencedLocksOptions) {
    this.#backend = backend;
    this.#options = options;
  }

  get guarantee(): LockGuarantee {
    return this.#backend.guarantee;
  }

  async tryLock(names: readonly string[], options: TryLockOptions = {}): Promise<TryOutcome> {
    this.#assertOpen();
    const checked = lockNames(names);
    return this.#outcome(checked, await this.#backend.tryAcquire(checked, options));
  }

  async lock(names: readonly string[], options: LockOptions = {}): Promise<TryOutcome> {
    this.#assertOpen();
    const checked = lockNames(names);
    return this.#outcome(checked, await this.#backend.acquire(checked, options));
  }

  async withLock<T>(
    names: readonly string[],
    options: LockOptions,
    routine: (held: HeldLock) => Promise<T>,
  ): Promise<T> {
    this.#assertOpen();
    const checked = lockNames(names);
    const outcome = this.#outcome(checked, await this.#backend.acquire(checked, options));
    if (outcome.kind !== 'held') throw notHeld(checked, outcome);
    const { held } = outcome;
    let result: T;
    try {
      result = await routine(held);
    } catch (error) {
      await held.release(); // never throws, so the routine's own error always comes through
      throw error;
    }
    const loss = held.loss;
    await held.release();
    if (loss && loss !== 'released') throw lockLost(checked, held.fence, loss, { result });
    return result;
  }

  async inspect(names: readonly string[]): Promise<LockView[]> {
    this.#assertOpen();
    return this.#backend.inspect(lockNames(names));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #outcome(names: readonly string[], answer: AcquireAnswer): Outcome {
    if (answer.kind === 'unreachable') return answer;
    if (answer.kind === 'busy') {
      return { kind: 'busy', names: answer.names, retryAfterMs: answer.retryAfterMs };
    }
    if (this.#closing) {
      void answer.lease.release(); // granted too late to be given to anybody; never rejects
      throw locksClosed();
    }
    const { ttlMs, maxHoldMs, clock, logger } = this.#options;
    const held = new HeldLease({
      names,
      lease: answer.lease,
      ttlMs,
      maxHoldMs,
      clock,
      logger,
      onEnd: (ended) => this.#open.delete(ended),
    });
    this.#open.add(held);
    return { kind: 'held', held };
  }

  async #close(): Promise<void> {
    const releases = [...this.#open].map((held) => {
      held.lose('closed');
      return held.release();
    });
    await Promise.all(releases);
    await this.#backend.close();
  }

  #assertOpen(): void {
    if (this.#closing) throw locksClosed();
  }
}
