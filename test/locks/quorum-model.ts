import { type AcquireVerdict, AcquireVote, Poll, quorumOf } from '../../src/locks/quorum-vote.ts';
import { seededRandom } from '../support/seeded-random.ts';

/**
 * Nodes, clients and messages of the quorum lock as a game of chance: a seed decides what happens
 * next. Any lock may end at any step (a ttl, a clock jump and a paused client look alike),
 * messages come late, in any order, long after nobody waits for them, or never; clocks are wrong.
 */
export interface Scheme {
  /** What to do with the granted fences, asked again after every answer. */
  decide(vote: AcquireVote, fences: ReadonlyMap<number, number>, nodes: number): Next | undefined;
  /** Is the fence raised only where the lock is still ours? */
  readonly conditional: boolean;
  /** Does the client propose a number from its clock? */
  readonly candidate: boolean;
  /** In how many of a thousand steps a node loses its lock and its counter; 0 is durable. */
  readonly forgets: number;
}

export type Next =
  | { readonly kind: 'done'; readonly fence: number; readonly nodes: readonly number[] }
  | { readonly kind: 'confirm'; readonly fence: number; readonly nodes: readonly number[] }
  | { readonly kind: 'failed' };

/** The real thing: exactly the code that decides in production. */
export const ours: Scheme = {
  conditional: true,
  candidate: true,
  forgets: 0,
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
  /** Nodes that this round's message has not reached yet. */
  todo: number[];
  fence: number;
  poll: Poll | undefined;
  readonly confirmed: number[];
}

export interface Success {
  readonly id: number;
  readonly started: number;
  readonly returned: number;
  readonly fence: number;
  readonly nodes: readonly number[];
  readonly rounds: 1 | 2;
}

const CLIENTS = 6;
const STEPS = 800;

export class QuorumGame {
  readonly #scheme: Scheme;
  readonly #random: () => number;
  readonly #nodes: Node[];
  readonly #active: Attempt[] = [];
  /** Acquires that nobody waits for any more, on their way to a node. */
  readonly #late: { readonly attempt: Attempt; readonly index: number }[] = [];
  readonly #successes: Success[] = [];
  #step = 0;
  #ids = 0;

  constructor(nodes: number, seed: number, scheme: Scheme) {
    this.#scheme = scheme;
    this.#random = seededRandom(seed);
    this.#nodes = Array.from({ length: nodes }, () => ({ owner: undefined, fence: 0, held: [] }));
  }

  /** Plays to the end; answers every broken promise about the order of fences. */
  play(): string[] {
    while (this.#step < STEPS) {
      this.#step += 1;
      this.#turn();
    }
    return violations(this.#successes, this.#nodes);
  }

  get successes(): readonly Success[] {
    return this.#successes;
  }

  #pick(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #turn(): void {
    if (this.#pick(16) === 0) this.#end(this.#anyNode());
    if (this.#pick(1000) < this.#scheme.forgets) this.#forget(this.#anyNode());
    if (this.#late.length > 0 && this.#pick(8) === 0) this.#arriveLate();
    const start =
      this.#active.length === 0 || (this.#active.length < CLIENTS && this.#pick(3) === 0);
    const attempt = start ? undefined : this.#active[this.#pick(this.#active.length)];
    if (!attempt) this.#begin();
    else if (attempt.todo.length > 0) this.#deliver(attempt);
    else this.#fail(attempt); // every message is gone, and the time with them
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
      poll: undefined,
      confirmed: [],
    });
  }

  #deliver(attempt: Attempt): void {
    const [index = 0] = attempt.todo.splice(this.#pick(attempt.todo.length), 1);
    const lost = this.#pick(8) === 0;
    const answerLost = lost || this.#pick(20) === 0;
    if (attempt.phase === 'confirm') return this.#confirm(attempt, index, lost, answerLost);
    const fence = lost ? undefined : this.#grant(attempt, index);
    if (lost && this.#pick(2) === 0) this.#late.push({ attempt, index });
    if (answerLost) attempt.vote.absent();
    else if (fence === undefined) attempt.vote.busy();
    else {
      attempt.vote.granted(index, fence);
      attempt.fences.set(index, fence);
    }
    this.#decide(attempt);
  }

  /** What the acquire script does on a node: the lock and a higher counter, or nothing. */
  #grant(attempt: Attempt, index: number): number | undefined {
    const node = this.#node(index);
    if (node.owner !== undefined) return undefined;
    node.owner = attempt.id;
    node.held.push({ attempt: attempt.id, start: this.#step, end: Number.POSITIVE_INFINITY });
    node.fence = Math.max(node.fence + 1, attempt.candidate);
    return node.fence;
  }

  #decide(attempt: Attempt): void {
    const next = this.#scheme.decide(attempt.vote, attempt.fences, this.#nodes.length);
    if (next?.kind === 'failed') this.#fail(attempt);
    if (next?.kind === 'done') this.#succeed(attempt, next.fence, next.nodes, 1);
    if (next?.kind !== 'confirm') return;
    attempt.phase = 'confirm';
    attempt.fence = next.fence;
    attempt.todo = [...next.nodes];
    attempt.poll = new Poll(next.nodes.length, quorumOf(this.#nodes.length));
  }

  #confirm(attempt: Attempt, index: number, lost: boolean, answerLost: boolean): void {
    const node = this.#node(index);
    const mine = !this.#scheme.conditional || node.owner === attempt.id;
    if (!lost && mine) node.fence = Math.max(node.fence, attempt.fence);
    if (answerLost) attempt.poll?.absent();
    else if (mine) attempt.poll?.yes();
    else attempt.poll?.no();
    if (!answerLost && mine) attempt.confirmed.push(index);
    const verdict = attempt.poll?.verdict();
    if (verdict === 'yes') this.#succeed(attempt, attempt.fence, attempt.confirmed, 2);
    else if (verdict !== undefined) this.#fail(attempt);
  }

  /** A request that was stuck comes to a node after all; nobody hears the answer. */
  #arriveLate(): void {
    const [late] = this.#late.splice(this.#pick(this.#late.length), 1);
    if (late) this.#grant(late.attempt, late.index);
  }

  #succeed(attempt: Attempt, fence: number, nodes: readonly number[], rounds: 1 | 2): void {
    const { id, started } = attempt;
    this.#successes.push({ id, started, returned: this.#step, fence, nodes, rounds });
    this.#leave(attempt);
  }

  #fail(attempt: Attempt): void {
    for (const node of this.#nodes) if (node.owner === attempt.id) this.#end(node);
    this.#leave(attempt);
  }

  /** What is still on its way may arrive at any time, or never. */
  #leave(attempt: Attempt): void {
    this.#active.splice(this.#active.indexOf(attempt), 1);
    if (attempt.phase !== 'acquire') return;
    for (const index of attempt.todo) if (this.#pick(2) === 0) this.#late.push({ attempt, index });
  }

  #forget(node: Node): void {
    this.#end(node);
    node.fence = 0;
  }

  #end(node: Node): void {
    const last = node.held.at(-1);
    if (node.owner !== undefined && last) last.end = this.#step;
    node.owner = undefined;
  }

  #anyNode(): Node {
    return this.#node(this.#pick(this.#nodes.length));
  }

  #node(index: number): Node {
    const node = this.#nodes[index];
    if (!node) throw new Error(`there is no node ${index}`);
    return node;
  }
}

function violations(successes: readonly Success[], nodes: readonly Node[]): string[] {
  const found: string[] = [];
  for (const a of successes) {
    for (const b of successes) {
      if (a === b) continue;
      if (a.returned < b.started && b.fence <= a.fence) found.push(`${b.id} is not above ${a.id}`);
      if (a.id < b.id && a.fence === b.fence) found.push(`${a.id} and ${b.id} got the same`);
      if (a.fence >= b.fence && precedes(a, b, nodes)) found.push(`${a.id} ended before ${b.id}`);
    }
  }
  return found;
}

/** On a node that stands behind both, was a's time over before b's began? */
function precedes(a: Success, b: Success, nodes: readonly Node[]): boolean {
  return a.nodes.some((index) => {
    const held = nodes[index]?.held ?? [];
    const first = held.find(({ attempt }) => attempt === a.id);
    const second = held.find(({ attempt }) => attempt === b.id);
    return b.nodes.includes(index) && first && second && first.end <= second.start;
  });
}
