import type { Clock } from '../kernel/index.ts';

/** What the person at the terminal reads. */
export interface Screen {
  /** A step that is done, or a fact: elapsed time, a word, and the rest. */
  fact(word: string, text: string): void;
  say(text: string): void;
  /** Waits for the work, and tells every few seconds that it is still going on. */
  during<T>(what: string, work: Promise<T>): Promise<T>;
}

const TICK_MS = 1_000;
/** The first sign of life comes after one tick, the next ones in these steps. */
const TICKS_BETWEEN_SIGNS = 5;

export function createScreen(stream: NodeJS.WritableStream, clock: Clock): Screen {
  const say = (text: string) => void stream.write(`${text}\n`);
  const seconds = (ms: number) => (ms / 1_000).toFixed(2);
  return {
    say,
    fact: (word, text) =>
      say(`${seconds(clock.monotonicMs()).padStart(7)} s  ${pad(word)} ${text}`),
    async during(what, work) {
      let ticks = 0;
      const timer = setInterval(() => {
        ticks += 1;
        if (ticks === 1 || ticks % TICKS_BETWEEN_SIGNS === 0) {
          say(`           ${what} ... (${ticks} s)`);
        }
      }, TICK_MS);
      try {
        return await work;
      } finally {
        clearInterval(timer);
      }
    },
  };
}

function pad(word: string): string {
  return word.padEnd(12);
}
