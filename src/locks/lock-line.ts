import type { Logger, Random } from '../kernel/index.ts';
import { AbortCalls } from './abort-calls.ts';
import type { FenceCandidate } from './fence-candidate.ts';
import type { LockTls } from './lock.ts';
import { LockWaiter } from './lock-waiter.ts';
import { WakeListener } from './wake-listener.ts';

/** A waiter asks again at least this often: that keeps it alive, and mends a lost call. */
const ASK_AGAIN_MS = 500;
const GRACE_MS = 10;

export interface LockLineOptions {
  readonly urls: readonly string[];
  readonly tls: LockTls | undefined;
  readonly channel: string;
  readonly process: string;
  readonly quorum: number;
  readonly logger: Logger;
  readonly random: Random;
  readonly candidate: FenceCandidate;
}

/** The waiters of this process. Their order is kept on the nodes; here they only sleep. */
export class LockLine {
  readonly #options: LockLineOptions;
  readonly #waiters = new Map<string, LockWaiter>();
  readonly #wakes: WakeListener;
  readonly #aborts = new AbortCalls();
  #entered = 0;
  #ticket = 0;

  constructor(options: LockLineOptions) {
    this.#options = options;
    this.#wakes = new WakeListener({
      ...options,
      onWake: (node, member, fence) => {
        options.candidate.saw(fence);
        this.#waiters.get(member)?.call(node);
      },
    });
  }

  enter(): LockWaiter {
    const { process, quorum, candidate } = this.#options;
    this.#entered += 1;
    this.#ticket = Math.max(candidate.next(undefined), this.#ticket + 1);
    const member = `${process}:${this.#entered}`;
    const waiter = new LockWaiter(member, this.#ticket, quorum);
    this.#waiters.set(member, waiter);
    return waiter;
  }

  exit(waiter: LockWaiter): void {
    this.#waiters.delete(waiter.member);
  }

  get listening(): boolean {
    return this.#wakes.listening;
  }

  listen(): Promise<void> {
    return this.#wakes.listen();
  }

  /** Sleeps until it is this waiter's turn, as far as one can know, or `ms` have passed. */
  async turn(waiter: LockWaiter, ms: number, signal: AbortSignal | undefined): Promise<void> {
    const again = ASK_AGAIN_MS * (0.8 + 0.2 * this.#options.random());
    const end = () => waiter.end();
    if (signal) this.#aborts.add(signal, end);
    try {
      await waiter.turn(Math.min(ms, again), GRACE_MS);
    } finally {
      if (signal) this.#aborts.remove(signal, end);
    }
  }

  close(): void {
    for (const waiter of this.#waiters.values()) waiter.end();
    this.#wakes.close();
  }
}
