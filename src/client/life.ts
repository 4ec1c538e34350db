import type { Clock } from '../kernel/index.ts';

/** Why a call is over although nothing has answered it. */
export type LifeEnd =
  | { readonly why: 'deadline' }
  | { readonly why: 'aborted'; readonly reason: unknown };

/** How long one call may still take: until its deadline, or until its caller calls it off. */
export class Life {
  /** Settled only if the life ends before the call does. */
  readonly ended: Promise<LifeEnd>;
  private readonly clock: Clock;
  private readonly endsAtMs: number;
  private readonly timer: NodeJS.Timeout;
  private readonly signal: AbortSignal | undefined;
  private readonly listeners = new Set<() => void>();
  private settle: (end: LifeEnd) => void = () => undefined;
  private over = false;

  constructor(timeoutMs: number, signal: AbortSignal | undefined, clock: Clock) {
    this.clock = clock;
    this.endsAtMs = clock.monotonicMs() + timeoutMs;
    this.signal = signal;
    this.ended = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.timer = setTimeout(() => this.end({ why: 'deadline' }), timeoutMs);
    signal?.addEventListener('abort', this.abort);
    if (signal?.aborted) this.abort();
  }

  get isOver(): boolean {
    return this.over;
  }

  get leftMs(): number {
    return this.endsAtMs - this.clock.monotonicMs();
  }

  /** Calls back once, when the life ends; answers how to be left alone. */
  onEnd(listener: () => void): () => void {
    if (this.over) listener();
    else this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The call has its answer: nothing is to end any more. */
  close(): void {
    clearTimeout(this.timer);
    this.signal?.removeEventListener('abort', this.abort);
    this.listeners.clear();
  }

  private readonly abort = (): void => {
    this.end({ why: 'aborted', reason: this.signal?.reason });
  };

  private end(end: LifeEnd): void {
    if (this.over) return;
    this.over = true;
    const listeners = [...this.listeners];
    this.close();
    this.settle(end);
    for (const listener of listeners) listener();
  }
}

/** For work that serves several calls. */
export interface Wanted {
  /** Fires when no call wants the work any more, or when it has taken too long. */
  readonly signal: AbortSignal;
  /** The work is done: nothing is to fire any more. */
  readonly done: () => void;
}

export const TOO_LATE = 'too late';

export function whileWanted(lives: readonly Life[], limitMs?: number): Wanted {
  const controller = new AbortController();
  let wanted = lives.length;
  const leave = lives.map((life) =>
    life.onEnd(() => {
      wanted -= 1;
      if (wanted === 0) controller.abort();
    }),
  );
  const timer =
    limitMs === undefined ? undefined : setTimeout(() => controller.abort(TOO_LATE), limitMs);
  return {
    signal: controller.signal,
    done: () => {
      clearTimeout(timer);
      for (const left of leave) left();
    },
  };
}
