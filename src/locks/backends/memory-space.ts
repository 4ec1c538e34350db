import type { Clock } from '../../kernel/index.ts';
import { FenceCandidate } from '../fence-candidate.ts';

export interface MemoryGrant {
  readonly fence: bigint;
  readonly keys: readonly string[];
  until: number;
}

export interface MemoryAsk {
  readonly keys: readonly string[];
  readonly ttlMs: number;
  readonly fenceAbove: bigint | undefined;
}

export interface MemoryWaiter extends MemoryAsk {
  readonly granted: (grant: MemoryGrant) => void;
}

/**
 * The locks of one space. All of them take their fences from one counter, so that nothing has to
 * be kept of a name that nobody holds.
 */
export class MemorySpace {
  readonly #clock: Clock;
  readonly #candidate: FenceCandidate;
  readonly #held = new Map<string, MemoryGrant>();
  readonly #line = new Set<MemoryWaiter>();
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#candidate = new FenceCandidate(clock);
  }

  /** The grant, or the indexes of the keys that somebody holds or waits for. */
  take(ask: MemoryAsk): MemoryGrant | readonly number[] {
    const wanted = new Set([...this.#line].flatMap(({ keys }) => keys));
    const busy = [...ask.keys.keys()].filter((at) => {
      const key = ask.keys[at] ?? '';
      return this.holderOf(key) !== undefined || wanted.has(key);
    });
    return busy.length > 0 ? busy : this.#grant(ask);
  }

  /** Calls `granted` when it is its turn, unless the answer is called before. */
  wait(waiter: MemoryWaiter): () => void {
    this.#line.add(waiter);
    this.#serve();
    return () => {
      if (this.#line.delete(waiter)) this.#serve();
    };
  }

  renew(grant: MemoryGrant, ttlMs: number): boolean {
    const isMine = grant.keys.every((key) => this.holderOf(key) === grant);
    if (isMine) grant.until = this.#clock.monotonicMs() + ttlMs;
    return isMine;
  }

  release(grant: MemoryGrant): void {
    for (const key of grant.keys) if (this.#held.get(key) === grant) this.#held.delete(key);
    this.#serve();
  }

  holderOf(key: string): MemoryGrant | undefined {
    const holder = this.#held.get(key);
    if (!holder || holder.until > this.#clock.monotonicMs()) return holder;
    this.#held.delete(key);
    return undefined;
  }

  waitingFor(key: string): number {
    return [...this.#line].filter(({ keys }) => keys.includes(key)).length;
  }

  #grant({ keys, ttlMs, fenceAbove }: MemoryAsk): MemoryGrant {
    const candidate = this.#candidate.next(fenceAbove);
    this.#candidate.saw(candidate);
    const fence = BigInt(candidate);
    const grant = { fence, keys, until: this.#clock.monotonicMs() + ttlMs };
    for (const key of keys) this.#held.set(key, grant);
    return grant;
  }

  /** In order of arrival; nobody overtakes another who wants one of the same names. */
  #serve(): void {
    clearTimeout(this.#timer);
    const wanted = new Set<string>();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const waiter of this.#line) {
      const holders = waiter.keys.flatMap((key) => this.holderOf(key) ?? []);
      if (holders.length === 0 && !waiter.keys.some((key) => wanted.has(key))) {
        this.#line.delete(waiter);
        waiter.granted(this.#grant(waiter));
        continue;
      }
      for (const key of waiter.keys) wanted.add(key);
      nextMs = Math.min(nextMs, ...holders.map(({ until }) => until));
    }
    if (nextMs === Number.POSITIVE_INFINITY) return;
    const ms = Math.max(1, Math.ceil(nextMs - this.#clock.monotonicMs()));
    this.#timer = setTimeout(() => this.#serve(), ms);
  }
}
