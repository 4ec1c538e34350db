import type { Clock } from '../kernel/index.ts';

/**
 * A server that restarted may have forgotten locks that their holders still count on, and one
 * whose clock jumped may have ended them. Nobody counts its vote until the longest of them has
 * ended: one ttl later.
 */
export class LockProbation {
  readonly #ttlMs: number;
  readonly #clock: Clock;
  #met = false;
  #runId: string | undefined;
  #until = 0;
  #why = '';

  constructor(ttlMs: number, clock: Clock) {
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  leftMs(): number {
    return this.#until === 0 ? 0 : Math.max(0, this.#until - this.#clock.monotonicMs());
  }

  /** What it did, for people. */
  get why(): string {
    return this.#why;
  }

  /** Its clock has jumped by so much; answers for how long it is not counted. */
  jumped(byMs: number): number {
    this.#extend(this.#ttlMs, `changed its clock by ${Math.round(byMs)} ms`);
    return this.leftMs();
  }

  /**
   * A connection was made, and this is its INFO. The first one of the process proves nothing
   * either way: waiting then would stop every start for a ttl. A server that does not give its
   * run id is taken to have restarted each time.
   */
  met(info: string | undefined): number {
    const runId = /^run_id:(\w+)/m.exec(info ?? '')?.[1];
    if (this.#met && (runId === undefined || runId !== this.#runId)) {
      const upMs = Number(/^uptime_in_seconds:(\d+)/m.exec(info ?? '')?.[1] ?? 0) * 1000;
      // Whole seconds: it may have started up to one second later than it says.
      this.#extend(Math.max(0, this.#ttlMs - Math.max(0, upMs - 1000)), 'restarted');
    }
    this.#runId = runId;
    this.#met = true;
    return this.leftMs();
  }

  #extend(ms: number, why: string): void {
    const until = this.#clock.monotonicMs() + ms;
    if (until <= this.#until) return;
    this.#until = until;
    this.#why = why;
  }
}
