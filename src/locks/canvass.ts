import type { LockNode } from './lock-node.ts';

/** Nodes that are asked only when the answers of the others do not settle it, or are late. */
export interface Spares {
  is(index: number): boolean;
  wanted(): boolean;
  asked(): void;
}

export interface Canvass<Verdict> {
  readonly nodes: readonly LockNode[];
  readonly timeoutMs: number;
  /** Which nodes are asked. Default: those whose votes count. */
  readonly may?: (node: LockNode, index: number) => boolean;
  /** Default: there are none, and all nodes are asked at once. */
  readonly spares?: Spares;
  ask(node: LockNode, index: number): Promise<unknown>;
  /** Counts a reply; also those that come after the decision. */
  count(index: number, reply: unknown): void;
  /** Counts a node that was not asked or did not answer. */
  absent(index: number): void;
  /** Answers as soon as the votes allow it; must answer once every node was counted. */
  verdict(): Verdict | undefined;
}

/** Long beside an answer, short beside an attempt: a node that froze costs one caller so much. */
const PATIENCE_MS = 25;

/** Asks the usable nodes at once and answers at the first moment that the verdict stands. */
export function canvass<Verdict>(vote: Canvass<Verdict>): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    new Round(vote, resolve, reject).begin();
  });
}

class Round<Verdict> {
  readonly #vote: Canvass<Verdict>;
  readonly #resolve: (verdict: Verdict) => void;
  readonly #reject: (error: unknown) => void;
  readonly #silent = new Set<number>();
  /** Until they are asked. */
  #spares: Spares | undefined;
  #timer: NodeJS.Timeout | undefined;
  #decided = false;

  constructor(
    vote: Canvass<Verdict>,
    resolve: (verdict: Verdict) => void,
    reject: (error: unknown) => void,
  ) {
    this.#vote = vote;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#spares = vote.spares;
  }

  begin(): void {
    const { spares, timeoutMs } = this.#vote;
    this.#askAll((index) => spares?.is(index) !== true);
    this.#decide();
    if (this.#decided) return;
    if (!this.#spares) return this.#after(timeoutMs, () => this.#giveUp());
    const patienceMs = Math.min(PATIENCE_MS, timeoutMs / 4);
    this.#after(patienceMs, () => {
      for (const index of this.#silent) this.#vote.nodes[index]?.lag();
      this.#askSpares();
      this.#decide();
      if (!this.#decided) this.#after(timeoutMs - patienceMs, () => this.#giveUp());
    });
  }

  #askAll(isTheirTurn: (index: number) => boolean): void {
    const { nodes } = this.#vote;
    nodes.forEach((node, index) => {
      if (isTheirTurn(index)) this.#turnTo(node, index);
    });
    nodes.forEach((_, index) => {
      if (isTheirTurn(index) && !this.#silent.has(index)) this.#vote.absent(index);
    });
  }

  #askSpares(): void {
    const spares = this.#spares;
    if (!spares) return;
    this.#spares = undefined;
    spares.asked();
    this.#askAll((index) => spares.is(index));
  }

  #turnTo(node: LockNode, index: number): void {
    if (this.#may(node, index)) return this.#ask(node, index);
    if (!node.beginning) return;
    this.#silent.add(index);
    void node.beginning.then(() => {
      if (!this.#silent.has(index)) return;
      if (this.#may(node, index) && !this.#decided) this.#ask(node, index);
      else this.#hear(index);
    });
  }

  #may(node: LockNode, index: number): boolean {
    return this.#vote.may ? this.#vote.may(node, index) : node.usable;
  }

  #ask(node: LockNode, index: number): void {
    this.#silent.add(index);
    this.#vote.ask(node, index).then(
      (reply) => this.#hear(index, reply),
      (error: unknown) => {
        node.failed(error);
        this.#hear(index);
      },
    );
  }

  #hear(index: number, reply?: unknown): void {
    const waited = this.#silent.delete(index);
    try {
      if (reply !== undefined) this.#vote.count(index, reply);
      else if (waited) this.#vote.absent(index);
      this.#decide();
    } catch (error) {
      this.#reject(error);
    }
  }

  #decide(): void {
    if (this.#decided) return;
    if (this.#spares?.wanted()) this.#askSpares();
    const verdict = this.#vote.verdict();
    if (verdict === undefined) return;
    this.#decided = true;
    clearTimeout(this.#timer);
    this.#resolve(verdict);
  }

  /**
   * When our own event loop was late, the answers may be here already: they are read before the
   * immediate runs.
   */
  #after(ms: number, then: () => void): void {
    this.#timer = setTimeout(() => {
      setImmediate(() => {
        if (!this.#decided) then();
      });
    }, ms);
  }

  #giveUp(): void {
    for (const index of this.#silent) {
      this.#vote.nodes[index]?.unanswered();
      this.#hear(index);
    }
  }
}
