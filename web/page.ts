import type { Now } from './answers.ts';
import type { Changed } from './live.ts';

/** One page as long as it is shown. */
export interface Page {
  readonly title: string;
  /** Asks for what it shows and draws it. */
  refresh(): Promise<void>;
  /** Must it be drawn again after this change? */
  concerns(changed: Changed): boolean;
  /** How things stand everywhere, as often as that is asked for. */
  hear?(now: Now): void;
}

export interface PageParts {
  readonly main: HTMLElement;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** What the last look at everything said; none before the first. */
  readonly now: () => Now | null;
  /** Shows another address of the console. */
  readonly go: (address: string) => void;
}

export function isOperator(parts: Pick<PageParts, 'now'>): boolean {
  return parts.now()?.role === 'operator';
}
