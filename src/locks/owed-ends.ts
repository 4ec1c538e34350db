import { pause } from '../kernel/index.ts';

const MOST = 1000;
const PAUSE_MS = 200;

export interface OwedEndsRules<T> {
  /** Ends it; false when that could not be done now. Never throws. */
  end(owed: T): Promise<boolean>;
  /** By now it has ended without us. */
  isOver(owed: T): boolean;
  isClosed(): boolean;
}

/**
 * What was taken in vain, or may come to life after all because its answer was lost: ended now,
 * or when the servers answer again.
 */
export class OwedEnds<T> {
  readonly #rules: OwedEndsRules<T>;
  readonly #owed = new Set<T>();
  readonly #begun = new Set<Promise<void>>();
  #isPaying = false;

  constructor(rules: OwedEndsRules<T>) {
    this.#rules = rules;
  }

  add(owed: T): void {
    const begun = this.#begin(owed).finally(() => this.#begun.delete(begun));
    this.#begun.add(begun);
  }

  /** When each was tried to be ended once. */
  async settled(): Promise<void> {
    await Promise.all(this.#begun);
  }

  async #begin(owed: T): Promise<void> {
    if (await this.#rules.end(owed)) return;
    this.#owed.add(owed);
    if (this.#owed.size > MOST) this.#owed.delete([...this.#owed][0] as T);
    if (!this.#isPaying) void this.#pay();
  }

  async #pay(): Promise<void> {
    this.#isPaying = true;
    while (this.#owed.size > 0 && !this.#rules.isClosed()) {
      await pause(PAUSE_MS);
      for (const owed of this.#owed) {
        if (this.#rules.isOver(owed) || (await this.#rules.end(owed))) this.#owed.delete(owed);
        else break; // the others would fare no better now
      }
    }
    this.#isPaying = false;
  }
}
