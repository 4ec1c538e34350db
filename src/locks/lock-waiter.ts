/** One place in line. It is told, node by node, that its turn may have come. */
export class LockWaiter {
  /** `<process>:<number>`; the part before the colon is the channel it is called on. */
  readonly member: string;
  /** Lower goes first. All nodes get the same one, so that they agree on who is next. */
  readonly ticket: number;
  readonly #quorum: number;
  readonly #free = new Set<number>();
  readonly #asked = new Set<number>();
  #called = false;
  #attempts = 0;
  #stir: () => void = () => undefined;

  constructor(member: string, ticket: number, quorum: number) {
    this.member = member;
    this.ticket = ticket;
    this.#quorum = quorum;
  }

  /** A new attempt begins: what was heard before it says nothing about it. */
  forget(): void {
    this.#attempts += 1;
    this.#free.clear();
    this.#called = false;
  }

  /** These nodes were asked: each of them may have put it in line. */
  stands(nodes: Iterable<number>): void {
    for (const node of nodes) this.#asked.add(node);
  }

  /** Wherever it may stand in line. */
  get asked(): Iterable<number> {
    return this.#asked;
  }

  get isAtFirstAttempt(): boolean {
    return this.#attempts === 1;
  }

  /** These nodes would have had us; they were given back only for want of a quorum. */
  wouldGet(nodes: Iterable<number>): void {
    for (const node of nodes) this.#free.add(node);
  }

  call(node: number): void {
    this.#free.add(node);
    this.#called = true;
    this.#stir();
  }

  /** For the end of everything: ends the pause whatever was heard. */
  end(): void {
    for (let node = 0; node < this.#quorum; node += 1) this.call(node);
  }

  /**
   * Ends when a quorum of nodes is free, a moment after the first call if the others stay quiet,
   * or when the time is up. Going at the first call would find the slower nodes still busy.
   */
  turn(ms: number, graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      let inGrace = false;
      const done = () => {
        clearTimeout(timer);
        this.#stir = () => undefined;
        resolve();
      };
      let timer = setTimeout(done, ms);
      this.#stir = () => {
        if (!this.#called) return;
        if (this.#free.size >= this.#quorum) return done();
        if (inGrace) return;
        inGrace = true;
        clearTimeout(timer);
        timer = setTimeout(done, Math.min(ms, graceMs));
      };
      this.#stir();
    });
  }
}
