import { driftMs, type Moment } from './lock-deadline.ts';

/** An answer said that it was `serverMs` on the node, at some moment between these two. */
export interface ClockReading {
  readonly serverMs: number;
  readonly sent: Moment;
  readonly received: Moment;
}

/** How far ahead of a clock of ours the node's can be: exactly known but for the round trip. */
interface Span {
  readonly low: number;
  readonly high: number;
}

/** Against both of our clocks, since each of them can be the one that moved. */
interface Offset {
  readonly byWall: Span;
  readonly byMonotonic: Span;
}

/** No clock that is merely wrong, or being put right little by little, drifts faster. */
const HONEST_DRIFT = 0.001;
const ROUNDING_MS = 2;

/**
 * The clock of one node as its answers show it. What counts is never what time it is there, only
 * whether as much of it goes by as here: a node whose clock is put forward ends its locks early.
 *
 * A jump of our own clocks is not the node's: the wall clock is set, the monotonic one stands
 * still while the machine sleeps. Only a node that disagrees with both of them has moved.
 */
export class NodeClock {
  readonly #ttlMs: number;
  #shortestMs: number;
  #offset: Offset | undefined;
  #sinceMs = 0;

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
    this.#shortestMs = ttlMs;
  }

  /** A lock with this ttl is asked for: from now on what would end it early counts as a jump. */
  watchFor(ttlMs: number): void {
    if (ttlMs < this.#shortestMs) this.#shortestMs = ttlMs;
  }

  /** By how many ms the clock has jumped since the last readings; 0 when it has not. */
  read({ serverMs, sent, received }: ClockReading): number {
    const seen: Offset = {
      byWall: { low: serverMs - received.wallMs, high: serverMs - sent.wallMs },
      byMonotonic: { low: serverMs - received.monotonicMs, high: serverMs - sent.monotonicMs },
    };
    const known = this.#offset;
    const ageMs = received.monotonicMs - this.#sinceMs;
    const budgetMs = Math.max(driftMs(this.#shortestMs), ROUNDING_MS + HONEST_DRIFT * ageMs);
    const wall = known ? beyond(known.byWall, seen.byWall, budgetMs) : 0;
    const monotonic = known ? beyond(known.byMonotonic, seen.byMonotonic, budgetMs) : 0;
    // Told apart for one ttl against one reading, or a clock that runs fast would never stand out.
    if (!known || wall !== 0 || monotonic !== 0 || ageMs > this.#shortestMs) {
      this.#offset = seen;
      this.#sinceMs = received.monotonicMs;
    } else {
      this.#offset = {
        byWall: narrowed(known.byWall, seen.byWall),
        byMonotonic: narrowed(known.byMonotonic, seen.byMonotonic),
      };
    }
    return Math.abs(wall) < Math.abs(monotonic) ? wall : monotonic;
  }

  /** The latest that it can be on the node at this moment; undefined before the first reading. */
  latestMs(moment: Moment): number | undefined {
    if (!this.#offset) return undefined;
    const { byWall, byMonotonic } = this.#offset;
    const latest = Math.max(moment.wallMs + byWall.high, moment.monotonicMs + byMonotonic.high);
    return latest + driftMs(this.#ttlMs);
  }
}

/** How far apart two spans are, when that is more than the budget. */
function beyond(known: Span, seen: Span, budgetMs: number): number {
  const ahead = seen.low - known.high;
  if (ahead > budgetMs) return ahead;
  const behind = seen.high - known.low;
  return behind < -budgetMs ? behind : 0;
}

/** Both are true at once, unless the clocks drift: then the older one stands for its time. */
function narrowed(known: Span, seen: Span): Span {
  const low = Math.max(known.low, seen.low);
  const high = Math.min(known.high, seen.high);
  return low <= high ? { low, high } : known;
}
