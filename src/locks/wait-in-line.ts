import type { Clock, Random } from '../kernel/index.ts';
import { AbortCalls } from './abort-calls.ts';
import type { LockBusy, LockUnreachable } from './lock.ts';
import type { AcquireAnswer, Lease, WaitAsk } from './lock-backend.ts';
import { lockAborted, locksClosed } from './lock-errors.ts';

/** A waiter looks again at least this often: that keeps its place alive, and mends a lost call. */
const LOOK_AGAIN_MS = 500;

/** A place in a line that the servers keep: whoever came first on every name is the holder. */
export interface Place {
  look(): Promise<Look>;
  /** Gives the place up, in the background. */
  leave(): void;
}

export type Look =
  | { readonly kind: 'granted'; readonly lease: Lease }
  | Behind
  /** The servers have dropped the place, as they do when they hear nothing for too long. */
  | { readonly kind: 'gone' }
  | LockUnreachable;

export interface Behind {
  readonly kind: 'behind';
  /** The names on which somebody stands in front. */
  readonly names: readonly string[];
  /** Ends when one of those may have left, or when the signal aborts. Never rejects. */
  left(signal: AbortSignal): Promise<void>;
}

export interface LineRules {
  readonly ttlMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** The waiters of this process. Their order is kept by the servers; here they only sleep. */
export class WaitInLine {
  readonly #rules: LineRules;
  readonly #aborts = new AbortCalls();
  readonly #sleepers = new Set<() => void>();
  readonly #standing = new Set<Promise<unknown>>();
  #closed = false;

  constructor(rules: LineRules) {
    this.#rules = rules;
  }

  /** Takes a place and stands there until it is the first one, or the time is up. */
  async acquire(
    names: readonly string[],
    ask: WaitAsk,
    enter: () => Promise<Place | LockUnreachable>,
  ): Promise<AcquireAnswer> {
    const { timeoutMs = Number.POSITIVE_INFINITY } = ask;
    const until = this.#rules.clock.monotonicMs() + timeoutMs;
    for (;;) {
      this.#check(names, ask.signal);
      const place = await enter();
      if ('kind' in place) return place;
      const standing = this.#stand(place, names, until, ask.signal);
      this.#standing.add(standing);
      const answer = await standing.finally(() => this.#standing.delete(standing));
      if (answer.kind !== 'gone') return answer;
    }
  }

  busy(names: readonly string[]): LockBusy {
    // By then its holder has renewed it, given it back, or lost it.
    return { kind: 'busy', names, retryAfterMs: this.#rules.ttlMs };
  }

  /** Ends every wait; done when all places are given up. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#sleepers) wake();
    await Promise.allSettled(this.#standing);
  }

  async #stand(
    place: Place,
    names: readonly string[],
    until: number,
    signal: AbortSignal | undefined,
  ): Promise<AcquireAnswer | { readonly kind: 'gone' }> {
    const { clock, random } = this.#rules;
    let granted = false;
    try {
      for (;;) {
        this.#check(names, signal);
        const look = await place.look();
        granted = look.kind === 'granted';
        if (look.kind !== 'behind') return look;
        const leftMs = until - clock.monotonicMs();
        if (leftMs <= 0) return this.busy(look.names);
        const againMs = LOOK_AGAIN_MS * (0.8 + 0.2 * random());
        await this.#sleep(look, Math.min(leftMs, againMs), signal);
      }
    } finally {
      if (!granted) place.leave();
    }
  }

  #check(names: readonly string[], signal: AbortSignal | undefined): void {
    if (this.#closed) throw locksClosed();
    if (signal?.aborted) throw lockAborted(names, signal.reason);
  }

  async #sleep(look: Behind, ms: number, signal: AbortSignal | undefined): Promise<void> {
    const stop = new AbortController();
    const wake = () => stop.abort();
    const timer = setTimeout(wake, ms);
    this.#sleepers.add(wake);
    if (signal) this.#aborts.add(signal, wake);
    if (this.#closed || signal?.aborted) wake();
    try {
      await look.left(stop.signal);
    } finally {
      clearTimeout(timer);
      this.#sleepers.delete(wake);
      if (signal) this.#aborts.remove(signal, wake);
      wake(); // ends the watch as well
    }
  }
}
