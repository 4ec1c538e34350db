import type { Written } from './lock-history.ts';

export interface RegisterRequest {
  readonly kind: 'register';
  readonly what: 'open' | 'write';
  readonly id: number;
  readonly hold: string;
  readonly name: string;
  readonly fence: number;
  readonly base: number;
  readonly checkedAt: number;
}

export interface RegisterReply {
  readonly kind: 'reply';
  readonly id: number;
  readonly accepted: boolean;
  readonly value: number;
}

/**
 * What the locks protect: a number to a name, and the highest fence that was ever shown for it.
 * Who comes with a lower one is refused. Reading counts as coming: a holder that reads and is then
 * overtaken must not write what it made of that, also when the newer one has not written yet.
 */
export interface Register {
  /** In the order in which they were taken. */
  readonly writes: readonly Written[];
  serve(contender: number, request: RegisterRequest): Promise<RegisterReply>;
  close(): Promise<void>;
}

/** An empty one for each run. */
export type OpenRegister = () => Promise<Register>;

interface Cell {
  fence: number;
  value: number;
}

/** In this process: as quick as it can be, so that the locks are what a run is about. */
class FencedRegister implements Register {
  readonly writes: Written[] = [];
  readonly #cells = new Map<string, Cell>();

  async serve(contender: number, request: RegisterRequest): Promise<RegisterReply> {
    const { what, id, hold, name, fence, base, checkedAt } = request;
    const cell = this.#cells.get(name) ?? { fence: 0, value: 0 };
    this.#cells.set(name, cell);
    const accepted = cell.fence <= fence;
    if (accepted) cell.fence = fence;
    if (accepted && what === 'write') cell.value = base + 1;
    if (what === 'write') {
      const facts = { contender, hold, name, fence, base, accepted, checkedAt };
      this.writes.push({ kind: 'written', ...facts });
    }
    return { kind: 'reply', id, accepted, value: cell.value };
  }

  async close(): Promise<void> {
    this.#cells.clear();
  }
}

export const inMemory: OpenRegister = async () => new FencedRegister();
