import type { HeldLock, LockOptions } from './lock.ts';
import { lockAborted, notHeld } from './lock-errors.ts';

/**
 * The inside of one `withLock`: whoever asks in there for the same names goes in under the lock
 * that is held, one after the other, so that what runs side by side is kept apart as well.
 */
export class LockScope {
  readonly held: HeldLock;
  readonly #outer: LockScope | undefined;
  readonly #line = new Set<() => void>();
  #isOpen = true;
  #isTaken = false;
  #emptied: () => void = () => undefined;

  constructor(held: HeldLock, outer: LockScope | undefined) {
    this.held = held;
    this.#outer = outer;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The next open scope around this one. */
  get around(): LockScope | undefined {
    const outer = this.#outer;
    return !outer || outer.isOpen ? outer : outer.around;
  }

  /** Waits for a turn; false when the scope has ended before it came. */
  enter(names: readonly string[], { timeoutMs, signal }: LockOptions): Promise<boolean> {
    if (!this.#isOpen || !this.#isTaken) return Promise.resolve(this.#admit());
    // More than a timer can count is for ever.
    const isTimed = timeoutMs !== undefined && timeoutMs < 2 ** 31;
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        this.#line.delete(wake);
        signal?.removeEventListener('abort', abort);
      };
      const wake = () => {
        leave();
        resolve(this.#admit());
      };
      const abort = () => {
        leave();
        reject(lockAborted(names, signal?.reason));
      };
      const giveUp = () => {
        leave();
        reject(notHeld(names, { kind: 'busy', names, retryAfterMs: 1 }, timeoutMs));
      };
      const timer = isTimed ? setTimeout(giveUp, timeoutMs) : undefined;
      this.#line.add(wake);
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort);
    });
  }

  leave(): void {
    this.#isTaken = false;
    const [next] = this.#line;
    next?.();
    if (!this.#isTaken) this.#emptied();
  }

  /** Turns away who stands in line, and waits for the one inside: the lock is still its lock. */
  async close(): Promise<void> {
    this.#isOpen = false;
    for (const wake of this.#line) wake();
    if (!this.#isTaken) return;
    await new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
  }

  #admit(): boolean {
    if (this.#isOpen) this.#isTaken = true;
    return this.#isOpen;
  }
}
