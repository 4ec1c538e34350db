import { type Clock, present } from '../kernel/index.ts';
import { pollNodes } from './acquire-attempt.ts';
import type { LockUnreachable } from './lock.ts';
import type { LockNode } from './lock-node.ts';
import type { LockWaiter } from './lock-waiter.ts';
import { quorumOf, releasesNeeded } from './quorum-vote.ts';

export interface QuorumNodesOptions {
  readonly nodes: readonly LockNode[];
  readonly prefix: string;
  readonly ttlMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** More names than this are a large set; the scripts have the same number. */
const LARGE = 8;

type Args = readonly (string | number)[];

interface TouchedLocks {
  readonly names: readonly string[];
  readonly keys: readonly string[];
  /** Indexes of the nodes where something of them may be. */
  readonly touched: ReadonlySet<number>;
}

/** All nodes together, and what the scripts want to be told. */
export class QuorumNodes {
  readonly all: readonly LockNode[];
  readonly quorum: number;
  /** The longest that any lock lives without being renewed. */
  readonly ttlMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Rounds asked so far; releases that nobody waits for are none. */
  trips = 0;
  /** What the names of all keys begin with. */
  readonly prefix: string;
  readonly #alarms = new Set<(node: LockNode) => void>();

  constructor({ nodes, prefix, ttlMs, timeoutMs, clock }: QuorumNodesOptions) {
    this.all = nodes;
    this.quorum = quorumOf(nodes.length);
    this.ttlMs = ttlMs;
    this.timeoutMs = timeoutMs;
    this.clock = clock;
    this.prefix = prefix;
  }

  /** Calls whenever something happened to a node that what we hold there may not survive. */
  onAlarm(call: (node: LockNode) => void): () => void {
    this.#alarms.add(call);
    return () => void this.#alarms.delete(call);
  }

  alarm(node: LockNode): void {
    for (const call of this.#alarms) call(node);
  }

  at(indexes: Iterable<number>): LockNode[] {
    return Array.from(indexes, (index) => present(this.all[index], `lock node ${index}`));
  }

  /**
   * As the scripts want them. A large set is one text: a hundred arguments are turned into text,
   * and read again, in each command. No key has a ~ of its own.
   */
  keysOf(names: readonly string[]): string[] {
    const keys = names.map((name) => this.prefix + name);
    return keys.length > LARGE ? [keys.join('~')] : keys;
  }

  channelOf(process: string): string {
    return `${this.prefix}~wake:${process}`;
  }

  /** A lock granted after half of its time is worth little. */
  decidedWithin(ttlMs: number): number {
    return Math.min(this.timeoutMs, Math.floor(ttlMs / 2));
  }

  acquireArgs(
    { owner, ttlMs }: { readonly owner: string; readonly ttlMs: number },
    candidate: number,
    waiter: LockWaiter | undefined,
  ): Args {
    const place = waiter ? [waiter.member, waiter.ticket] : ['', ''];
    return [owner, ttlMs, candidate, this.prefix, ...place];
  }

  /** For a holder: it goes before everybody who stands in line, and takes no place there. */
  joinArgs(held: { readonly owner: string; readonly ttlMs: number }, fence: number): Args {
    return [held.owner, held.ttlMs, fence, this.prefix, '', 0];
  }

  confirmArgs(owner: string, fence: number): Args {
    return [owner, fence, this.prefix];
  }

  /** For somebody who still wants the locks: gives back what was granted, keeps the place. */
  retreatArgs(owner: string, waiter: LockWaiter | undefined): Args {
    return this.#releaseArgs(owner, waiter, waiter?.ticket);
  }

  /** For somebody who is done with them: leaves the line as well. */
  releaseArgs(owner: string, waiter: LockWaiter | undefined): Args {
    return this.#releaseArgs(owner, waiter);
  }

  #releaseArgs(owner: string, waiter: LockWaiter | undefined, ticket: string | number = ''): Args {
    return waiter ? [owner, this.prefix, waiter.member, ticket] : [owner, this.prefix];
  }

  /** Sends a release to these nodes, also to silent ones, and waits for none of them. */
  sendRelease(nodes: readonly LockNode[], keys: readonly string[], args: Args): void {
    for (const node of nodes) {
      node.release(keys, args).catch((error: unknown) => node.failed(error));
    }
  }

  /**
   * Sends a release to these nodes; true as soon as a quorum of all is free of it, which those
   * are that never had it.
   */
  async release(
    nodes: readonly LockNode[],
    { names, keys, touched }: TouchedLocks,
    argsFor: (node: LockNode) => Args,
  ): Promise<boolean> {
    this.trips += 1;
    const verdict = pollNodes({
      nodes,
      quorum: releasesNeeded(this.all.length, touched.size),
      timeoutMs: this.timeoutMs,
      yes: names.length,
      may: (node) => node.answers,
      ask: (node) => node.release(keys, argsFor(node)),
    });
    for (const node of nodes) {
      if (!node.answers) this.sendRelease([node], keys, argsFor(node));
    }
    return (await verdict) === 'yes';
  }

  /** Why there is no quorum. */
  shortage(): LockUnreachable {
    const nodes = this.all
      .filter((node) => !node.usable)
      .map((node) => ({ node: node.label, problem: node.condition }));
    const found = nodes.map(({ node, problem }) => `${node} ${problem}`).join(', ');
    return {
      kind: 'unreachable',
      reason: `${this.quorum} of ${this.all.length} lock nodes are needed, but ${
        found || 'the answers came too late'
      }`,
      nodes,
    };
  }
}
