import { AcquireVote, type AcquireVerdict, quorumOf } from '../../src/locks/quorum-vote.ts';

/**
 * Nodes, clients and messages of the quorum lock as a game of chance: a list of numbers decides
 * what happens next. Any lock may end at any step (a ttl, a clock jump and a paused client look
 * alike), messages come late, in any order or never, clocks are wrong.
 */
export interface Scheme {
  /** What to do with the granted fences, asked again after every answer. */
  decide(vote: AcquireVote, fences: ReadonlyMap<number, number>, nodes: number): Next | undefined;
  /** Is the fence raised only where the lock is still ours? */
  readonly conditional: boolean;
  /** Does the client propose a number from its clock? */
  readonly candidate: boolean;
}

export type Next =
  | { readonly kind: 'done'; readonly fence: number; readonly nodes: readonly number[] }
  | { readonly kind: 'confirm'; readonly fence: number; readonly nodes: readonly number[] }
  | { readonly kind: 'failed' };

/** The real thing: exactly the code that decides in production. */
export const ours: Scheme = {
  conditional: true,
  candidate: true,
  decide: (vote, fences) => nextOf(vote.verdict(), fences),
};

export function nextOf(
  verdict: AcquireVerdict | undefined,
  fences: ReadonlyMap<number, number>,
): Next | undefined {
  if (verdict === undefined) return undefined;
  if (verdict.kind === 'confirm') return verdict;
  if (verdict.kind !== 'agreed') return { kind: 'failed' };
  const { fence } = verdict;
  const nodes = [...fences].filter(([, given]) => given === fence).map(([node]) => node);
  return { kind: 'done', fence, nodes };
}

interface Interval {
  readonly attempt: number;
  readonly start: number;
  end: number;
}

interface Node {
  owner: number | undefined;
  fence: number;
  readonly held: Interval[];
}

interface Attempt {
  readonly id: number;
  readonly started: number;
  readonly candidate: number;
  readonly vote: AcquireVote;
  readonly fences: Map<number, number>;
  phase: 'acquire' | 'confirm';
  todo: number[];
  fence: number;
  confirmed: number[];
}

export interface Success {
  readonly id: number;
  readonly started: number;
  readonly returned: number;
  readonly fence: number;
  readonly nodes: readonly number[];
}

const CLIENTS = 6;

export class QuorumGame {
  readonly #scheme: Scheme;
  readonly #choices: Iterator<number>;
  readonly #nodes: Node[];
  readonly #active: Attempt[] = [];
  readonly #successes: Success[] = [];
  #step = 0;
  #ids = 0;
  #over = false;

  constructor(nodes: number, choices: Iterable<number>, scheme: Scheme) {
    this.#scheme = scheme;
    this.#choices = choices[Symbol.iterator]();
    this.#nodes = Array.from({ length: nodes }, () => ({ owner: undefined, fence: 0, held: [] }));
  }

  /** Plays until the numbers run out; answers every broken promise about the order of fences. */
  play(): string[] {
    while (!this.#over) {
      this.#step += 1;
      this.#turn();
    }
    return this.#violations();
  }

  get successes(): number {
    return this.#successes.length;
  }

  #pick(below: number): number {
    const next = this.#choices.next();
    if (next.done) this.#over = true;
    return next.done ? 0 : next.value % below;
  }

  #turn(): void {
    if (this.#pick(16) === 0) this.#end(this.#node(this.#pick(this.#nodes.length)));
    const start =
      this.#active.length === 0 || (this.#active.length < CLIENTS && this.#pick(3) === 0);
    const attempt = start ? undefined : this.#active[this.#pick(this.#active.length)];
    if (!attempt) this.#begin();
    else if (attempt.todo.length > 0) this.#deliver(attempt);
    else this.#finish(attempt);
  }

  #begin(): void {
    this.#ids += 1;
    const skew = (this.#ids % CLIENTS) * 40 - 100;
    this.#active.push({
      id: this.#ids,
      started: this.#step,
      candidate: this.#scheme.candidate ? 1000 + this.#step + skew : 0,
      vote: new AcquireVote(this.#nodes.length),
      fences: new Map(),
      phase: 'acquire',
      todo: this.#nodes.map((_, index) => index),
      fence: 0,
      confirmed: [],
    });
  }

  #deliver(attempt: Attempt): void {
    const [index = 0] = attempt.todo.splice(this.#pick(attempt.todo.length), 1);
    const lost = this.#pick(8) === 0;
    if (attempt.phase === 'acquire') this.#acquire(attempt, index, lost);
    else if (!lost) this.#confirm(attempt, index);
  }

  #acquire(attempt: Attempt, index: number, lost: boolean): void {
    const node = this.#node(index);
    const replyLost = this.#pick(20) === 0;
    if (lost) attempt.vote.absent();
    else if (node.owner !== undefined) attempt.vote.busy();
    else {
      node.owner = attempt.id;
      node.held.push({ attempt: attempt.id, start: this.#step, end: Number.POSITIVE_INFINITY });
      node.fence = Math.max(node.fence + 1, attempt.candidate);
      if (replyLost) attempt.vote.absent();
      else {
        attempt.vote.granted(index, node.fence);
        attempt.fences.set(index, node.fence);
      }
    }
    const next = this.#scheme.decide(attempt.vote, attempt.fences, this.#nodes.length);
    if (next?.kind === 'done') this.#succeed(attempt, next.fence, next.nodes);
    if (next?.kind === 'failed') this.#fail(attempt);
    if (next?.kind === 'confirm') {
      attempt.phase = 'confirm';
      attempt.fence = next.fence;
      attempt.todo = [...next.nodes];
    }
  }

  #confirm(attempt: Attempt, index: number): void {
    const node = this.#node(index);
    if (this.#scheme.conditional && node.owner !== attempt.id) return;
    node.fence = Math.max(node.fence, attempt.fence);
    attempt.confirmed.push(index);
  }

  #finish(attempt: Attempt): void {
    const enough = attempt.confirmed.length >= quorumOf(this.#nodes.length);
    if (attempt.phase === 'confirm' && enough) {
      this.#succeed(attempt, attempt.fence, attempt.confirmed);
    } else this.#fail(attempt);
  }

  #succeed(attempt: Attempt, fence: number, nodes: readonly number[]): void {
    const { id, started } = attempt;
    this.#successes.push({ id, started, returned: this.#step, fence, nodes });
    this.#active.splice(this.#active.indexOf(attempt), 1);
  }

  #fail(attempt: Attempt): void {
    for (const node of this.#nodes) if (node.owner === attempt.id) this.#end(node);
    this.#active.splice(this.#active.indexOf(attempt), 1);
  }

  #end(node: Node): void {
    const last = node.held.at(-1);
    if (node.owner !== undefined && last) last.end = this.#step;
    node.owner = undefined;
  }

  #node(index: number): Node {
    const node = this.#nodes[index];
    if (!node) throw new Error(`there is no node ${index}`);
    return node;
  }

  #violations(): string[] {
    const found: string[] = [];
    for (const a of this.#successes) {
      for (const b of this.#successes) {
        if (a === b) continue;
        if (a.returned < b.started && b.fence <= a.fence)
          found.push(`${b.id} is not above ${a.id}`);
        if (a.id < b.id && a.fence === b.fence) found.push(`${a.id} and ${b.id} got the same`);
        if (a.fence >= b.fence && this.#precedes(a, b)) found.push(`${a.id} ended before ${b.id}`);
      }
    }
    return found;
  }

  /** On a node that stands behind both, was a's time over before b's began? */
  #precedes(a: Success, b: Success): boolean {
    return a.nodes.some((index) => {
      const { held } = this.#node(index);
      const first = held.find(({ attempt }) => attempt === a.id);
      const second = held.find(({ attempt }) => attempt === b.id);
      return b.nodes.includes(index) && first && second && first.end <= second.start;
    });
  }
}
