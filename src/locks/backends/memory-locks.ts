import type { LockBusy, LockView } from '../lock.ts';
import type {
  AcquireAnswer,
  BackendOptions,
  Lease,
  LockBackend,
  TryAsk,
  WaitAsk,
} from '../lock-backend.ts';
import { AbortCalls } from '../abort-calls.ts';
import { type Moment, momentOf } from '../lock-deadline.ts';
import { lockAborted, locksClosed } from '../lock-errors.ts';
import { type MemoryAsk, type MemoryGrant, MemorySpace } from './memory-space.ts';

/** All locks of this process that name the same URL exclude each other. */
const spaces = new Map<string, MemorySpace>();

/** Locks of one process, for tests and for programs that run once. */
export class MemoryLocks implements LockBackend {
  readonly guarantee = 'one-process';
  readonly trips = 0;
  readonly #space: MemorySpace;
  readonly #options: BackendOptions;
  readonly #aborts = new AbortCalls();
  readonly #ends = new Set<() => void>();
  #closed = false;

  constructor(options: BackendOptions) {
    this.#options = options;
    const url = options.urls.join();
    this.#space = spaces.get(url) ?? new MemorySpace(options.clock);
    spaces.set(url, this.#space);
  }

  async tryAcquire(names: readonly string[], ask: TryAsk): Promise<AcquireAnswer> {
    return this.#take(names, ask);
  }

  async acquire(names: readonly string[], ask: WaitAsk): Promise<AcquireAnswer> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = ask;
    if (signal?.aborted) throw lockAborted(names, signal.reason);
    // Nothing is awaited before it stands in line: somebody else would come in between.
    const first = this.#take(names, ask);
    if (first.kind !== 'busy' || timeoutMs <= 0) return first;
    return await new Promise((resolve, reject) => {
      const leave = () => {
        leaveLine();
        clearTimeout(timer);
        this.#ends.delete(close);
        if (signal) this.#aborts.remove(signal, abort);
      };
      const close = () => {
        leave();
        reject(locksClosed());
      };
      const abort = () => {
        leave();
        reject(lockAborted(names, signal?.reason));
      };
      const giveUp = () => {
        leave();
        const held = names.filter((name) => this.#space.holderOf(this.#keyOf(name)));
        resolve(this.#busy(held.length > 0 ? held : names));
      };
      // More than a timer can count is for ever.
      const timer = timeoutMs < 2 ** 31 ? setTimeout(giveUp, timeoutMs) : undefined;
      this.#ends.add(close);
      if (signal) this.#aborts.add(signal, abort);
      let leaveLine = () => undefined as void;
      leaveLine = this.#space.wait({
        ...this.#askFor(names, ask),
        granted: (grant) => {
          leave();
          const sentAt = momentOf(this.#options.clock);
          resolve({ kind: 'granted', lease: this.#leaseOf(grant, sentAt, ask.ttlMs) });
        },
      });
    });
  }

  async inspect(names: readonly string[]): Promise<LockView[]> {
    return names.map((name) => {
      const key = this.#keyOf(name);
      const holder = this.#space.holderOf(key);
      const ttlMs = holder ? holder.until - this.#options.clock.monotonicMs() : null;
      const fence = holder?.fence ?? null;
      const waiting = this.#space.waitingFor(key);
      const held = holder !== undefined;
      return { name, nodes: [{ node: 'memory', reachable: true, held, ttlMs, fence, waiting }] };
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const end of this.#ends) end();
  }

  #take(names: readonly string[], ask: TryAsk): AcquireAnswer {
    if (this.#closed) throw locksClosed();
    const sentAt = momentOf(this.#options.clock);
    const taken = this.#space.take(this.#askFor(names, ask));
    if ('fence' in taken) {
      return { kind: 'granted', lease: this.#leaseOf(taken, sentAt, ask.ttlMs) };
    }
    return this.#busy(taken.flatMap((at) => names[at] ?? []));
  }

  #askFor(names: readonly string[], { ttlMs, fenceAbove }: TryAsk): MemoryAsk {
    return { keys: names.map((name) => this.#keyOf(name)), ttlMs, fenceAbove };
  }

  #leaseOf(grant: MemoryGrant, sentAt: Moment, ttlMs: number): Lease {
    const { clock } = this.#options;
    return {
      fence: grant.fence,
      sentAt,
      renew: async () => {
        const renewedAt = momentOf(clock);
        const isMine = this.#space.renew(grant, ttlMs);
        return isMine ? { kind: 'renewed', sentAt: renewedAt } : { kind: 'stolen' };
      },
      release: async () => {
        this.#space.release(grant);
        return true;
      },
    };
  }

  #keyOf(name: string): string {
    return this.#options.prefix + name;
  }

  #busy(names: readonly string[]): LockBusy {
    const { clock, ttlMs } = this.#options;
    const ends = names.map((name) => this.#space.holderOf(this.#keyOf(name))?.until ?? 0);
    const leftMs = Math.max(1, ...ends.map((until) => until - clock.monotonicMs()));
    return { kind: 'busy', names, retryAfterMs: Math.min(ttlMs, leftMs) };
  }
}
