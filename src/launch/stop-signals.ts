import type { Clock } from '../kernel/index.ts';

/**
 * npm passes a Ctrl-C on to us although the terminal has sent it to us already: the second signal
 * of one key press comes within milliseconds and must not count as a second Ctrl-C.
 */
const ONE_KEY_PRESS_MS = 700;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopSignals {
  readonly onFirst: (signal: NodeJS.Signals) => void;
  readonly onAgain: () => void;
}

/** Where signals come from: this process, or a test. */
export type SignalSource = Pick<NodeJS.EventEmitter, 'on' | 'off'>;

/** Answers a function that stops listening. */
export function listenForStop(
  source: SignalSource,
  clock: Clock,
  { onFirst, onAgain }: StopSignals,
): () => void {
  let firstAt: number | null = null;
  const listener = (signal: NodeJS.Signals) => {
    const now = clock.monotonicMs();
    if (firstAt === null) {
      firstAt = now;
      onFirst(signal);
    } else if (now - firstAt > ONE_KEY_PRESS_MS) {
      onAgain();
    }
  };
  for (const signal of SIGNALS) source.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) source.off(signal, listener);
  };
}
