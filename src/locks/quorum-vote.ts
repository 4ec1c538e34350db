/**
 * The decisions of a quorum, free of any I/O, so that they can be checked against every order of
 * events. Every node votes at most once; a vote is decided as soon as it can be.
 */
export function quorumOf(nodes: number): number {
  return Math.floor(nodes / 2) + 1;
}

export type AcquireVerdict =
  /** A quorum gave this fence: it is ours. */
  | { readonly kind: 'agreed'; readonly fence: number }
  /** A quorum granted, with different fences: raise these nodes to the highest, then count. */
  | { readonly kind: 'confirm'; readonly fence: number; readonly nodes: readonly number[] }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unreachable' };

/**
 * Counts the answers to an acquire.
 *
 * Why agreeing on a number is enough: two holders' quorums share a node. The later one's fence
 * there is above what that node had counted up to, which is at least the earlier one's fence,
 * because each of its nodes had reached that number while the lock there was still its own. Any
 * quorum that merely takes the highest number it sees does not have that.
 */
export class AcquireVote {
  readonly #quorum: number;
  readonly #fences = new Map<number, number>();
  /** Have not voted, the spares included. */
  #pending: number;
  /** Not asked yet. What they would say is as open as an answer that is on its way. */
  #spares: number;
  #busy = false;

  /** The quorum is that of all nodes, also when only some of them are asked first. */
  constructor(nodes: number, first = nodes) {
    this.#quorum = quorumOf(nodes);
    this.#pending = nodes;
    this.#spares = nodes - first;
  }

  /** Can those that were asked not make a quorum any more? */
  get wantsSpares(): boolean {
    const asked = this.#pending - this.#spares;
    return this.#spares > 0 && this.#fences.size + asked < this.#quorum;
  }

  /** From now on the spares are asked like the others. */
  askSpares(): void {
    this.#spares = 0;
  }

  granted(node: number, fence: number): void {
    this.#fences.set(node, fence);
    this.#pending -= 1;
  }

  busy(): void {
    this.#busy = true;
    this.#pending -= 1;
  }

  absent(): void {
    this.#pending -= 1;
  }

  verdict(): AcquireVerdict | undefined {
    if (this.#fences.size >= this.#quorum) return this.#granted();
    if (this.#fences.size + this.#pending >= this.#quorum) return undefined;
    if (this.#busy) return { kind: 'busy' };
    // Whoever has not answered yet may know of a holder: never call busy goods unreachable.
    return this.#pending === 0 ? { kind: 'unreachable' } : undefined;
  }

  #granted(): AcquireVerdict {
    const counts = new Map<number, number>();
    let highest = 0;
    for (const fence of this.#fences.values()) {
      const count = (counts.get(fence) ?? 0) + 1;
      if (count >= this.#quorum) return { kind: 'agreed', fence };
      counts.set(fence, count);
      if (fence > highest) highest = fence;
    }
    return { kind: 'confirm', fence: highest, nodes: [...this.#fences.keys()] };
  }
}

export type PollVerdict = 'yes' | 'no' | 'unreachable';

/**
 * May this node's word renew a lock with this fence? Only when it gave the lock no higher number:
 * a higher one says that it may have seen the lock of a successor come and go.
 */
export function vouches(given: number | undefined, fence: number): boolean {
  return given !== undefined && given <= fence;
}

/**
 * So many releases say that the lock is gone for everybody: with the nodes that never had it they
 * make a quorum that is free of it.
 */
export function releasesNeeded(nodes: number, touched: number): number {
  return Math.max(1, quorumOf(nodes) - (nodes - touched));
}

/** Counts yes and no: confirming a fence, renewing, releasing. */
export class Poll {
  readonly #asked: number;
  readonly #quorum: number;
  #yes = 0;
  #no = 0;
  #absent = 0;

  /** The quorum is that of all nodes, also when only some of them are asked. */
  constructor(asked: number, quorum: number) {
    this.#asked = asked;
    this.#quorum = quorum;
  }

  yes(): void {
    this.#yes += 1;
  }

  no(): void {
    this.#no += 1;
  }

  absent(): void {
    this.#absent += 1;
  }

  /** `no` only when so many nodes said so that the silent ones could not change it. */
  verdict(): PollVerdict | undefined {
    if (this.#yes >= this.#quorum) return 'yes';
    if (this.#no > this.#asked - this.#quorum) return 'no';
    return this.#yes + this.#no + this.#absent >= this.#asked ? 'unreachable' : undefined;
  }
}
