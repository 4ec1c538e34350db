/**
 * Calls back when a signal aborts, with one listener per signal however many wait on it: a
 * process that ends all its waits with one signal would otherwise be warned of a leak.
 */
export class AbortCalls {
  readonly #calls = new WeakMap<AbortSignal, Set<() => void>>();

  add(signal: AbortSignal, call: () => void): void {
    const known = this.#calls.get(signal);
    if (known) {
      known.add(call);
      return;
    }
    const calls = new Set([call]);
    this.#calls.set(signal, calls);
    signal.addEventListener('abort', () => calls.forEach((each) => each()), { once: true });
  }

  remove(signal: AbortSignal, call: () => void): void {
    this.#calls.get(signal)?.delete(call);
  }
}
