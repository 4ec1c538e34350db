import type { Introduction, Welcome } from './zookeeper-wire.ts';

/** One session as the servers know it. What it made ends with it. */
export class SessionLife {
  /** For how long the servers keep it in silence; 0 before it has begun. */
  timeoutMs = 0;
  #id = 0n;
  #password: Buffer = Buffer.alloc(16);
  #zxid = 0n;
  #isOver = false;
  readonly #mourners = new Set<() => void>();

  get isOver(): boolean {
    return this.#isOver;
  }

  /** How far the servers were when they last answered. */
  get zxid(): bigint {
    return this.#zxid;
  }

  saw(zxid: bigint): void {
    if (zxid > this.#zxid) this.#zxid = zxid;
  }

  /** A server that knows less than this session has seen turns it away. */
  introduction(ttlMs: number): Omit<Introduction, 'account'> {
    const timeoutMs = this.timeoutMs || ttlMs;
    return { id: this.#id, password: this.#password, timeoutMs, lastZxid: this.#zxid };
  }

  begin({ id, password, timeoutMs }: Welcome): void {
    this.#id = id;
    this.#password = password;
    this.timeoutMs = timeoutMs;
  }

  end(): void {
    this.#isOver = true;
    for (const call of this.#mourners) call();
    this.#mourners.clear();
  }

  /** Calls when it is over; answers how to take that back. */
  whenOver(call: () => void): () => void {
    if (this.#isOver) call();
    else this.#mourners.add(call);
    return () => void this.#mourners.delete(call);
  }
}
