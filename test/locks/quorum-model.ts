import {
  type AcquireVerdict,
  AcquireVote,
  Poll,
  quorumOf,
  vouches,
} from '../../src/locks/quorum-vote.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { brokenPromises, type Interval, type Renewed, type Success } from './quorum-promises.ts';

/**
 * Nodes, clients and messages of the quorum lock as a game of chance: a seed decides what happens
 * next. Any lock may end at any step (a ttl, a clock jump and a paused client look alike),
 * messages come late, in any order, long after nobody waits for them, or never; clocks are wrong.
 * A bare quorum is asked first, the others when these leave it open or somebody is impatient.
 * Holders renew, and ask the nodes that never vouched for them to take them in.
 */
export interface Scheme {
  /** What to do with the granted fences, asked again after every answer. */
  decide(vote: AcquireVote, fences: ReadonlyMap<number, number>, nodes: number): Next | undefined;
  /** Is the fence raised only where the lock is still ours? */
  readonly conditional: boolean;
  /** Does the client propose a number from its clock? */
  readonly candidate: boolean;
  /** Does the word of a node that gave this number renew a lock with this fence? */
  vouches(given: number | undefined, fence: number): boolean;
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
  vouches,
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
  /** Not asked yet. */
  spares: number[];
  fence: number;
  poll: Poll | undefined;
  readonly confirmed: number[];
}

interface Renewal {
  readonly attempt: Attempt;
  readonly asked: number;
  readonly todo: number[];
  readonly poll: Poll;
}

/** An acquire that nobody waits for any more, on its way to a node. */
interface Late {
  readonly attempt: Attempt;
  readonly index: number;
  readonly candidate: number;
}

const CLIENTS = 6;
/** The last ones who got it, and believe that they hold it. */
const HOLDERS = 4;
const STEPS = 800;

export class QuorumGame {
  readonly #scheme: Scheme;
  readonly #random: () => number;
  readonly #nodes: Node[];
  readonly #active: Attempt[] = [];
  readonly #late: Late[] = [];
  readonly #holders: Attempt[] = [];
  readonly #renewals: Renewal[] = [];
  readonly #successes: Success[] = [];
  readonly #renewed: Renewed[] = [];
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
    return brokenPromises(this.#successes, this.#renewed, this.#nodes);
  }

  get renewed(): readonly Renewed[] {
    return this.#renewed;
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
    if (this.#holders.length > 0 && this.#pick(3) === 0) return this.#renew();
    const start =
      this.#active.length === 0 || (this.#active.length < CLIENTS && this.#pick(3) === 0);
    const attempt = start ? undefined : this.#active[this.#pick(this.#active.length)];
    if (!attempt) this.#begin();
    else if (attempt.spares.length > 0 && this.#pick(12) === 0) this.#askSpares(attempt);
    else if (attempt.todo.length > 0) this.#deliver(attempt);
    else this.#fail(attempt); // every message is gone, and the time with them
  }

  #begin(): void {
    this.#ids += 1;
    const skew = (this.#ids % CLIENTS) * 40 - 100;
    const quorum = quorumOf(this.#nodes.length);
    const start = this.#pick(this.#nodes.length);
    const order = this.#nodes.map((_, index) => (start + index) % this.#nodes.length);
    this.#active.push({
      id: this.#ids,
      started: this.#step,
      candidate: this.#scheme.candidate ? 1000 + this.#step + skew : 0,
      vote: new AcquireVote(this.#nodes.length, quorum),
      fences: new Map(),
      phase: 'acquire',
      todo: order.slice(0, quorum),
      spares: order.slice(quorum),
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
    const { candidate } = attempt;
    const fence = lost ? undefined : this.#grant(attempt, index, candidate);
    if (lost && this.#pick(2) === 0) this.#late.push({ attempt, index, candidate });
    if (answerLost) attempt.vote.absent();
    else if (fence === undefined) attempt.vote.busy();
    else {
      attempt.vote.granted(index, fence);
      attempt.fences.set(index, fence);
    }
    if (attempt.vote.wantsSpares) this.#askSpares(attempt);
    this.#decide(attempt);
  }

  #askSpares(attempt: Attempt): void {
    attempt.vote.askSpares();
    attempt.todo.push(...attempt.spares.splice(0));
  }

  /** What the acquire script does on a node: the lock and a higher counter, or nothing. */
  #grant(attempt: Attempt, index: number, candidate: number): number | undefined {
    const node = this.#node(index);
    if (node.owner === attempt.id) return node.fence;
    if (node.owner !== undefined) return undefined;
    node.owner = attempt.id;
    node.held.push({ attempt: attempt.id, start: this.#step, end: Number.POSITIVE_INFINITY });
    node.fence = Math.max(node.fence + 1, candidate);
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

  /** One step of the renewal of some holder: it begins, or one of its messages arrives. */
  #renew(): void {
    const attempt = this.#holders[this.#pick(this.#holders.length)];
    if (!attempt) return;
    const renewal = this.#renewals.find((each) => each.attempt === attempt);
    if (renewal) return this.#deliverRenewal(renewal);
    const all = this.#nodes.length;
    const todo = this.#nodes.map((_, index) => index);
    const poll = new Poll(all, quorumOf(all));
    this.#renewals.push({ attempt, asked: this.#step, todo, poll });
  }

  #deliverRenewal(renewal: Renewal): void {
    const { attempt, todo, poll, asked } = renewal;
    const { id, fence } = attempt;
    const [index = 0] = todo.splice(this.#pick(todo.length), 1);
    const lost = this.#pick(8) === 0;
    const vouched = () => this.#scheme.vouches(attempt.fences.get(index), fence);
    let yes = !lost && this.#node(index).owner === id;
    if (!vouched()) {
      const given = lost ? undefined : this.#grant(attempt, index, fence);
      if (lost && this.#pick(2) === 0) this.#late.push({ attempt, index, candidate: fence });
      if (given !== undefined) attempt.fences.set(index, given);
      yes = given !== undefined && vouched();
    }
    if (lost || this.#pick(20) === 0) poll.absent();
    else if (yes) poll.yes();
    else poll.no();
    const verdict = poll.verdict();
    if (verdict === undefined) return;
    this.#renewals.splice(this.#renewals.indexOf(renewal), 1);
    if (verdict === 'yes') this.#renewed.push({ id, asked, fence });
    if (verdict === 'no') this.#holders.splice(this.#holders.indexOf(attempt), 1);
  }

  /** A request that was stuck comes to a node after all; nobody hears the answer. */
  #arriveLate(): void {
    const [late] = this.#late.splice(this.#pick(this.#late.length), 1);
    if (late) this.#grant(late.attempt, late.index, late.candidate);
  }

  #succeed(attempt: Attempt, fence: number, nodes: readonly number[], rounds: 1 | 2): void {
    const { id, started } = attempt;
    this.#successes.push({ id, started, returned: this.#step, fence, nodes, rounds });
    attempt.fence = fence;
    this.#holders.push(attempt);
    if (this.#holders.length > HOLDERS) this.#forgo(this.#holders[0]);
    this.#leave(attempt);
  }

  /** It renews no more: its locks end some day. */
  #forgo(attempt: Attempt | undefined): void {
    this.#holders.shift();
    const renewal = this.#renewals.findIndex((each) => each.attempt === attempt);
    if (renewal >= 0) this.#renewals.splice(renewal, 1);
  }

  #fail(attempt: Attempt): void {
    for (const node of this.#nodes) if (node.owner === attempt.id) this.#end(node);
    this.#leave(attempt);
  }

  /** What is still on its way may arrive at any time, or never. */
  #leave(attempt: Attempt): void {
    this.#active.splice(this.#active.indexOf(attempt), 1);
    if (attempt.phase !== 'acquire') return;
    for (const index of attempt.todo) {
      const { candidate } = attempt;
      if (this.#pick(2) === 0) this.#late.push({ attempt, index, candidate });
    }
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
