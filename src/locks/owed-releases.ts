import type { Clock } from '../kernel/index.ts';

export interface OwedRelease {
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

const MOST = 1000;

/** Releases that could not be sent to a node. After a ttl they are done without us. */
export class OwedReleases {
  readonly #ttlMs: number;
  readonly #clock: Clock;
  #owed: (OwedRelease & { readonly until: number })[] = [];

  constructor(ttlMs: number, clock: Clock) {
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  add(keys: readonly string[], args: readonly (string | number)[]): void {
    this.#owed.push({ keys, args, until: this.#clock.monotonicMs() + this.#ttlMs });
    if (this.#owed.length > MOST) this.#owed.shift();
  }

  take(): readonly OwedRelease[] {
    const now = this.#clock.monotonicMs();
    const due = this.#owed.filter(({ until }) => until > now);
    this.#owed = [];
    return due;
  }
}
