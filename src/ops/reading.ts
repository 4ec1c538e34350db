import { codeOf, type Clock, messageOf, pause, redactText } from '../kernel/index.ts';

/** What was found out, or why it could not be, and how long that took. */
export type Found<T> =
  | { readonly ok: true; readonly value: T; readonly ms: number }
  | { readonly ok: false; readonly error: string; readonly ms: number };

export interface ReadingOptions<T> {
  readonly ask: () => Promise<T>;
  /** Nobody waits longer than this. */
  readonly limitMs: number;
  /** How long an answer is good for, given how long it took. */
  readonly keepMs: (tookMs: number) => number;
  readonly clock: Clock;
}

/**
 * One fact about a server that may be gone. However many ask for it, and however often, the server
 * is asked once at a time; a question that is still open is joined, never asked again beside it.
 */
export class Reading<T> {
  private readonly options: ReadingOptions<T>;
  private asking: Promise<Found<T>> | undefined;
  private forgotten = 0;
  private last: { readonly found: Found<T>; readonly goodUntil: number } | undefined;

  constructor(options: ReadingOptions<T>) {
    this.options = options;
  }

  /** Never rejects, and never waits longer than the limit. */
  async read(): Promise<Found<T>> {
    const { clock, limitMs } = this.options;
    if (this.last && clock.monotonicMs() < this.last.goodUntil) return this.last.found;
    this.asking ??= this.ask();
    const over = new AbortController();
    const late = pause(limitMs, over.signal).then(() => ({
      ok: false as const,
      error: `no answer within ${limitMs} ms`,
      ms: limitMs,
    }));
    const found = await Promise.race([this.asking, late]);
    over.abort();
    return found;
  }

  /** Whoever asks from now on is told of what has happened until now. */
  forget(): void {
    this.forgotten += 1;
    this.asking = undefined;
    this.last = undefined;
  }

  private async ask(): Promise<Found<T>> {
    const { ask, clock, keepMs } = this.options;
    const { forgotten } = this;
    const start = clock.monotonicMs();
    const took = (): number => Math.round(clock.monotonicMs() - start);
    let found: Found<T>;
    try {
      const value = await ask();
      found = { ok: true, value, ms: took() };
    } catch (error) {
      found = { ok: false, error: problemOf(error), ms: took() };
    }
    if (forgotten !== this.forgotten) return found;
    this.asking = undefined;
    this.last = { found, goodUntil: clock.monotonicMs() + keepMs(found.ms) };
    return found;
  }
}

/** Short enough for a probe's answer, and without what a URL may have brought along. */
function problemOf(error: unknown): string {
  return redactText(`${codeOf(error)}: ${messageOf(error)}`).slice(0, 200);
}
