import { type Gate, present } from '../kernel/index.ts';
import { HoldfastError } from './holdfast-error.ts';
import type { Life } from './life.ts';
import type { Tried } from './tried.ts';

export interface EnvelopeBounds {
  readonly maxSize: number;
  readonly maxDelayMs: number;
  readonly maxBytes: number;
}

/** Heard by nobody: the caller has been told why when the call was ended. */
const NOT_SENT = new HoldfastError('call-aborted', 'the call was called off before it was sent');

/** One call that waits to be sent, or for the answer of its envelope. */
export interface Passenger<Item> {
  readonly item: Item;
  readonly bytes: number;
  readonly life: Life;
}

/** Sends one envelope; answers for each passenger, in their order. */
export type Carry<Item, Answer> = (
  passengers: readonly Passenger<Item>[],
  line: string,
) => Promise<readonly Tried<Answer>[]>;

interface Waiting<Item, Answer> extends Passenger<Item> {
  readonly settle: (tried: Tried<Answer>) => void;
  readonly fail: (error: unknown) => void;
}

interface Line<Item, Answer> {
  waiting: Waiting<Item, Answer>[];
  timer: NodeJS.Timeout | undefined;
  /** Its next envelope has been called, and leaves as soon as there is room on the way. */
  isCalled: boolean;
}

/**
 * Lets calls made close together travel as one. The first in a line has its envelope called after
 * the delay, or whoever fills the envelope has it called at once. While too many envelopes are on
 * their way the line grows, and so does the next envelope.
 */
export class Envelopes<Item, Answer> {
  private readonly carry: Carry<Item, Answer>;
  private readonly bounds: EnvelopeBounds;
  private readonly gate: Gate;
  private readonly lines = new Map<string, Line<Item, Answer>>();

  constructor(bounds: EnvelopeBounds, gate: Gate, carry: Carry<Item, Answer>) {
    this.bounds = bounds;
    this.gate = gate;
    this.carry = carry;
  }

  /** Calls of different lines never share an envelope. */
  async send(line: string, passenger: Passenger<Item>): Promise<Tried<Answer>> {
    return await new Promise((settle, fail) => {
      this.join(line, { ...passenger, settle, fail });
    });
  }

  private join(name: string, waiting: Waiting<Item, Answer>): void {
    const line = this.lines.get(name) ?? { waiting: [], timer: undefined, isCalled: false };
    this.lines.set(name, line);
    line.waiting.push(waiting);
    if (line.isCalled) return;
    const { maxSize, maxDelayMs } = this.bounds;
    if (line.waiting.length >= maxSize) this.call(name, line);
    else line.timer ??= setTimeout(() => this.call(name, line), maxDelayMs);
  }

  private call(name: string, line: Line<Item, Answer>): void {
    clearTimeout(line.timer);
    line.timer = undefined;
    line.isCalled = true;
    // Never rejects: what an envelope comes to is told to those inside.
    void this.gate.pass(1, () => this.leave(name, line));
  }

  private async leave(name: string, line: Line<Item, Answer>): Promise<void> {
    line.isCalled = false;
    const passengers = this.board(line);
    if (line.waiting.length === 0) this.lines.delete(name);
    else this.call(name, line);
    if (passengers.length === 0) return;
    try {
      const tried = await this.carry(passengers, name);
      for (const [index, { settle }] of passengers.entries()) {
        settle(present(tried[index], 'the answer of a passenger'));
      }
    } catch (error) {
      for (const { fail } of passengers) fail(error);
    }
  }

  /** As many as fit in one envelope; whoever was called off in the meantime stays behind. */
  private board(line: Line<Item, Answer>): readonly Waiting<Item, Answer>[] {
    const { maxSize, maxBytes } = this.bounds;
    const inside: Waiting<Item, Answer>[] = [];
    let bytes = 0;
    let looked = 0;
    for (const waiting of line.waiting) {
      const fits = inside.length < maxSize && (bytes === 0 || bytes + waiting.bytes <= maxBytes);
      if (!fits) break;
      looked += 1;
      if (waiting.life.isOver) {
        waiting.settle({ failed: NOT_SENT, chance: 0 });
        continue;
      }
      inside.push(waiting);
      bytes += waiting.bytes;
    }
    line.waiting = line.waiting.slice(looked);
    return inside;
  }
}
