import { type Clock, codeOf, type Logger } from '../kernel/index.ts';
import { freeInMs } from './free-time.ts';
import { HeldLease } from './held-lease.ts';
import type {
  HeldLock,
  HoldOptions,
  LockGuarantee,
  LockOptions,
  Locks,
  LockStats,
  LockView,
  TryLockOptions,
  TryOutcome,
} from './lock.ts';
import type { AcquireAnswer, Lease, LockBackend, WaitAsk } from './lock-backend.ts';
import { LockCounts } from './lock-counts.ts';
import { lockLost, locksClosed, notHeld } from './lock-errors.ts';
import { lockNames } from './lock-names.ts';
import { CallOptions } from './lock-options.ts';
import { LockScopes } from './lock-scopes.ts';

export interface FencedLocksOptions extends HoldOptions {
  readonly ttlMs: number;
  readonly maxHoldMs: number;
  readonly reentrant?: boolean;
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
  readonly #callOptions: CallOptions;
  readonly #counts = new LockCounts();
  readonly #open = new Set<HeldLease>();
  readonly #scopes: LockScopes | undefined;
  #closing: Promise<void> | undefined;

  constructor(backend: LockBackend, options: FencedLocksOptions) {
    this.#backend = backend;
    this.#options = options;
    this.#callOptions = new CallOptions(options.ttlMs);
    this.#scopes = options.reentrant === true ? new LockScopes() : undefined;
  }

  get guarantee(): LockGuarantee {
    return this.#backend.guarantee;
  }

  get open(): readonly HeldLock[] {
    return [...this.#open].filter(({ loss }) => loss === undefined);
  }

  get stats(): LockStats {
    return this.#counts.seen(this.#backend.trips, this.#backend.clockJumps ?? 0);
  }

  async tryLock(names: readonly string[], options: TryLockOptions = {}): Promise<TryOutcome> {
    const call = this.#call('tryLock', options);
    return this.#take(names, call, (checked) => this.#backend.tryAcquire(checked, call));
  }

  async lock(names: readonly string[], options: LockOptions = {}): Promise<TryOutcome> {
    const call = this.#call('lock', options);
    return this.#take(names, call, (checked) => this.#backend.acquire(checked, call));
  }

  async withLock<T>(
    names: readonly string[],
    options: LockOptions | number,
    routine: (held: HeldLock) => Promise<T>,
  ): Promise<T> {
    const call = this.#call('withLock', options);
    const joined = this.#scopes && (await this.#scopes.join(lockNames(names), call, routine));
    if (joined) return joined.value;
    const ask = (checked: readonly string[]) => this.#backend.acquire(checked, call);
    const outcome = await this.#take(names, call, ask);
    if (outcome.kind !== 'held') throw notHeld(lockNames(names), outcome, call.timeoutMs);
    const { held } = outcome;
    let result: T;
    try {
      result = await (this.#scopes ? this.#scopes.within(held, routine) : routine(held));
    } catch (error) {
      await held.release(); // never throws, so the routine's own error always comes through
      throw error;
    }
    const loss = held.loss;
    await held.release();
    if (loss && loss !== 'released') throw lockLost(held.names, held.fence, loss, { result });
    return result;
  }

  async isLocked(names: readonly string[]): Promise<boolean> {
    return (await this.inspect(names)).some((view) => freeInMs(view) > 0);
  }

  async ttl(name: string): Promise<number> {
    const [view] = await this.inspect([name]);
    return view ? freeInMs(view) : 0;
  }

  async inspect(names: readonly string[]): Promise<LockView[]> {
    this.#assertOpen();
    return this.#backend.inspect(lockNames(names));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #take(
    names: readonly string[],
    call: WaitAsk,
    ask: (names: readonly string[]) => Promise<AcquireAnswer>,
  ): Promise<Outcome> {
    const checked = lockNames(names);
    const { clock } = this.#options;
    const start = clock.monotonicMs();
    try {
      const outcome = this.#outcome(checked, call, await ask(checked));
      this.#counts.answered(outcome, clock.monotonicMs() - start);
      return outcome;
    } catch (error) {
      if (codeOf(error) === 'lock-aborted') this.#counts.aborted(clock.monotonicMs() - start);
      throw error;
    }
  }

  #outcome(names: readonly string[], call: WaitAsk, answer: AcquireAnswer): Outcome {
    if (answer.kind === 'unreachable') return answer;
    if (answer.kind === 'busy') {
      return { kind: 'busy', names: answer.names, retryAfterMs: answer.retryAfterMs };
    }
    if (this.#closing) {
      void answer.lease.release(); // granted too late to be given to anybody; never rejects
      throw locksClosed();
    }
    return { kind: 'held', held: this.#hold(names, call, answer.lease) };
  }

  #hold(names: readonly string[], call: WaitAsk, lease: Lease): HeldLease {
    const { clock, logger } = this.#options;
    const since = clock.monotonicMs();
    const {
      ttlMs,
      maxHoldMs = this.#options.maxHoldMs,
      autoRenew = this.#options.autoRenew,
      onLost = this.#options.onLost,
      onRenewFailed = this.#options.onRenewFailed,
    } = call;
    const held = new HeldLease({
      names,
      lease,
      ttlMs,
      maxHoldMs,
      autoRenew,
      clock,
      logger,
      onRenewFailed,
      onLost: (loss) => {
        this.#counts.lost(loss.reason);
        onLost?.(loss);
      },
      onEnd: (ended) => {
        this.#open.delete(ended);
        this.#counts.ended(clock.monotonicMs() - since);
      },
    });
    this.#open.add(held);
    return held;
  }

  async #close(): Promise<void> {
    const releases = [...this.#open].map((held) => {
      held.lose('closed');
      return held.release();
    });
    await Promise.all(releases);
    await this.#backend.close();
  }

  /** What a call wants; throws when it cannot have that. */
  #call(call: 'tryLock' | 'lock' | 'withLock', options: LockOptions | number): WaitAsk {
    this.#assertOpen();
    return this.#callOptions.of(call, options);
  }

  #assertOpen(): void {
    if (this.#closing) throw locksClosed();
  }
}
