import { type AppError, type Clock, type Logger, messageOf } from '../kernel/index.ts';
import type { HeldLock, HoldOptions } from './lock.ts';
import type { Lease } from './lock-backend.ts';
import { LockDeadline } from './lock-deadline.ts';
import { lockLost, lockUnreachable } from './lock-errors.ts';
import type { LossReason } from './lock-loss.ts';

type Wanted = { readonly [Option in keyof HoldOptions]: HoldOptions[Option] | undefined };

export interface HeldLeaseOptions extends Wanted {
  readonly names: readonly string[];
  readonly lease: Lease;
  readonly ttlMs: number;
  readonly maxHoldMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onEnd: (held: HeldLease) => void;
}

/** So often at least the clocks are read, since a timer does not see the wall clock jump. */
const LOOK_MS = 1000;

/**
 * A lock while it is held. Its end is decided here, by the clocks of this process: a holder must
 * know in time even when no server says a word.
 *
 * Renewals go one after the other, and after a release none is sent and no timer is left. One
 * that was under way then does no harm: a renewal never makes a lock.
 */
export class HeldLease implements HeldLock {
  readonly names: readonly string[];
  readonly fence: bigint;
  readonly #options: HeldLeaseOptions;
  readonly #deadline: LockDeadline;
  readonly #heldSinceMs: number;
  #timer: NodeJS.Timeout | undefined;
  #renewAtMs: number;
  #renewing: Promise<void> = Promise.resolve();
  #unanswered = false;
  #loss: LossReason | undefined;
  #abort: AbortController | undefined;
  #released: Promise<void> | undefined;
  readonly #endAlarm: (() => void) | undefined;

  constructor(options: HeldLeaseOptions) {
    const { lease, clock, ttlMs } = options;
    this.names = options.names;
    this.fence = lease.fence;
    this.#options = options;
    this.#deadline = new LockDeadline(clock, ttlMs, lease.sentAt);
    this.#heldSinceMs = lease.sentAt.monotonicMs;
    const firstMs = Math.min(ttlMs / 3, lease.firstRenewalMs ?? Number.POSITIVE_INFINITY);
    this.#renewAtMs =
      options.autoRenew === false ? Number.POSITIVE_INFINITY : lease.sentAt.monotonicMs + firstMs;
    this.#endAlarm = lease.onAlarm?.(() => this.#hurry());
    this.#arm();
    lease.watch?.((reason) => this.lose(reason));
  }

  /** Made when first asked for: most locks are given back before anybody looks. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#loss && this.#loss !== 'released') this.#abort.abort(this.#lostBy(this.#loss));
    }
    return this.#abort.signal;
  }

  /** Why it is no longer held; undefined while it is. */
  get loss(): LossReason | undefined {
    this.#look();
    return this.#loss;
  }

  remainingMs(): number {
    this.#look();
    return this.#loss ? 0 : Math.min(this.#deadline.remainingMs(), this.#holdLeftMs());
  }

  assertHeld(): void {
    this.#look();
    if (this.#loss) throw this.#lostBy(this.#loss);
  }

  renew(): Promise<void> {
    const renewal = this.#renewing.then(() => this.#renewNow());
    this.#renewing = renewal.catch(() => undefined); // the caller of this renewal hears of it
    return renewal;
  }

  release(): Promise<void> {
    this.#released ??= this.#giveBack();
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** Ends the hold: the holder is told, and no renewal follows. Only the first reason counts. */
  lose(reason: LossReason): void {
    if (this.#loss) return;
    clearTimeout(this.#timer);
    this.#endAlarm?.();
    this.#loss = reason;
    if (reason === 'released') return;
    this.#options.logger.warn('lock lost', { names: this.names, fence: this.fence, reason });
    const error = this.#lostBy(reason);
    this.#abort?.abort(error);
    const { names, fence } = this;
    this.#tell('onLost', () => this.#options.onLost?.({ names, fence, reason, error }));
  }

  /** What a handler throws is its own affair: the lock goes its way, and the log has it. */
  #tell(handler: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      const facts = { names: this.names, handler, error: messageOf(error) };
      this.#options.logger.error('a handler of a lock failed', facts);
    }
  }

  #lostBy(reason: LossReason): AppError {
    return lockLost(this.names, this.fence, reason);
  }

  /** Reads the clocks, on the spot: timers are late when the event loop is. */
  #look(): void {
    if (this.#loss) return;
    if (this.#deadline.remainingMs() <= 0) this.lose(this.#whyOver());
    else if (this.#holdLeftMs() <= 0) this.lose('max-hold');
  }

  #whyOver(): LossReason {
    if (this.#deadline.endedByJump()) return 'clock-jump';
    return this.#unanswered ? 'unreachable' : 'expired';
  }

  #holdLeftMs(): number {
    const { clock, maxHoldMs } = this.#options;
    return Math.max(0, this.#heldSinceMs + maxHoldMs - clock.monotonicMs());
  }

  /** Several alarms at once are one renewal. */
  #hurry(): void {
    if (this.#options.autoRenew === false) return;
    clearTimeout(this.#timer);
    this.#renewAtMs = this.#options.clock.monotonicMs();
    this.#arm();
  }

  #arm(): void {
    const untilRenewal = this.#renewAtMs - this.#options.clock.monotonicMs();
    const left = Math.min(this.#deadline.remainingMs(), this.#holdLeftMs());
    const ms = Math.max(0, Math.min(untilRenewal, left, LOOK_MS));
    this.#timer = setTimeout(() => this.#tick(), Math.ceil(ms));
  }

  #tick(): void {
    this.#look();
    if (this.#loss) return;
    const { clock, ttlMs } = this.#options;
    if (clock.monotonicMs() >= this.#renewAtMs) {
      // Should this one fail, there is time for some more before the lock ends.
      this.#renewAtMs = clock.monotonicMs() + ttlMs / 12;
      this.renew().catch((error: unknown) => {
        if (this.#loss) return;
        const { names, fence } = this;
        this.#options.logger.warn('lock not renewed yet', { names, error: messageOf(error) });
        const remainingMs = this.remainingMs();
        const failure = { names, fence, remainingMs, error };
        this.#tell('onRenewFailed', () => this.#options.onRenewFailed?.(failure));
      });
    }
    this.#arm();
  }

  async #renewNow(): Promise<void> {
    this.assertHeld();
    const answer = await this.#options.lease.renew();
    this.assertHeld();
    if (answer.kind === 'unreachable') {
      this.#unanswered = true;
      throw lockUnreachable(this.names, answer.reason, answer.nodes);
    }
    if (answer.kind === 'stolen') this.lose('stolen');
    this.assertHeld();
    if (answer.kind !== 'renewed') return;
    this.#unanswered = false;
    this.#deadline.countFrom(answer.sentAt);
    if (this.#options.autoRenew === false) return;
    this.#renewAtMs = answer.sentAt.monotonicMs + this.#options.ttlMs / 3;
  }

  async #giveBack(): Promise<void> {
    this.#look();
    const lost = this.#loss !== undefined;
    const release = this.#options.lease.release(); // on its way before all the rest
    this.lose('released');
    this.#options.onEnd(this);
    const confirmed = await release;
    if (confirmed || lost) return;
    const facts = { names: this.names, fence: this.fence };
    this.#options.logger.warn('lock release not confirmed; it ends by itself', facts);
  }
}
