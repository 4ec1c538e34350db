import { pollNodes } from './acquire-attempt.ts';
import type { Lease, RenewAnswer } from './lock-backend.ts';
import { type Moment, momentOf } from './lock-deadline.ts';
import type { LockNode } from './lock-node.ts';
import type { LockWaiter } from './lock-waiter.ts';
import type { QuorumNodes } from './quorum-nodes.ts';
import { vouches } from './quorum-vote.ts';

export interface RedisGrant {
  readonly names: readonly string[];
  readonly keys: readonly string[];
  readonly owner: string;
  readonly ttlMs: number;
  readonly fence: number;
  readonly sentAt: Moment;
  /** Indexes of the nodes where something of it may be; those asked later come in here too. */
  readonly touched: Set<number>;
  /** The number that each node gave; late answers come in here too. */
  readonly granted: Map<number, number>;
  /** The place in line that led to it, which is left with the release. */
  readonly waiter: LockWaiter | undefined;
}

/** A lock that is held for longer than this is worth being kept on more than a bare quorum. */
const SPREAD_MS = 100;

/**
 * Locks granted by a quorum. Each renewal also asks the nodes that do not have them, so that the
 * holder survives the loss of nodes. A node that had them and lost them is never repaired: the
 * number that it would give now is above ours, and its word does not count.
 */
export class RedisLease implements Lease {
  readonly fence: bigint;
  readonly sentAt: Moment;
  readonly #nodes: QuorumNodes;
  readonly #grant: RedisGrant;
  /** Nodes where the waiter may have a place in line. */
  readonly #lined: ReadonlySet<number>;
  #isOver = false;

  constructor(nodes: QuorumNodes, grant: RedisGrant) {
    this.fence = BigInt(grant.fence);
    this.sentAt = grant.sentAt;
    this.#nodes = nodes;
    this.#grant = grant;
    const { waiter, granted } = grant;
    // A node that grants the only attempt there was has never put it in line.
    const isLined = (index: number) => !waiter?.isAtFirstAttempt || !granted.has(index);
    this.#lined = new Set([...(waiter?.asked ?? [])].filter(isLined));
  }

  get firstRenewalMs(): number {
    const { touched, ttlMs } = this.#grant;
    const isBare = touched.size < this.#nodes.all.length;
    return isBare ? Math.min(SPREAD_MS, ttlMs / 12) : Number.POSITIVE_INFINITY;
  }

  async renew(): Promise<RenewAnswer> {
    const { clock, quorum, all } = this.#nodes;
    const { keys, owner, ttlMs } = this.#grant;
    const sentAt = momentOf(clock);
    this.#nodes.trips += 1;
    const verdict = await pollNodes({
      nodes: all,
      quorum,
      timeoutMs: this.#nodes.decidedWithin(ttlMs),
      may: (node, index) => (this.#vouched(index) ? node.answers : node.usable && !this.#isOver),
      ask: (node, index) =>
        this.#vouched(index) ? node.renew(keys, [owner, ttlMs]) : this.#join(node, index),
      yes: 1,
    });
    if (verdict === 'yes') return { kind: 'renewed', sentAt };
    if (verdict === 'no') return { kind: 'stolen' };
    return this.#nodes.shortage();
  }

  onAlarm(call: () => void): () => void {
    return this.#nodes.onAlarm((node) => {
      if (this.#grant.touched.has(this.#nodes.all.indexOf(node))) call();
    });
  }

  release(): Promise<boolean> {
    this.#isOver = true;
    const { owner, waiter, touched } = this.#grant;
    const short = this.#nodes.releaseArgs(owner, undefined);
    const whole = this.#nodes.releaseArgs(owner, waiter);
    const lined = new Set(this.#nodes.at(this.#lined));
    const nodes = this.#nodes.at(new Set([...touched, ...this.#lined]));
    return this.#nodes.release(nodes, this.#grant, (node) => (lined.has(node) ? whole : short));
  }

  #vouched(index: number): boolean {
    return vouches(this.#grant.granted.get(index), this.#grant.fence);
  }

  /** Asks a node that is not known to have them to take them in: yes when it vouches now. */
  async #join(node: LockNode, index: number): Promise<0 | 1 | undefined> {
    const { keys, owner, ttlMs, fence, touched, granted } = this.#grant;
    touched.add(index);
    const args = this.#nodes.joinArgs({ owner, ttlMs }, fence);
    const timeoutMs = this.#nodes.decidedWithin(ttlMs);
    const answer = (await node.acquire(keys, args, { ttlMs, timeoutMs })) as
      | readonly [-1 | 0 | 1, string]
      | undefined;
    if (!answer || answer[0] === -1) return undefined;
    if (answer[0] === 1) granted.set(index, Number(answer[1]));
    return answer[0] === 1 && this.#vouched(index) ? 1 : 0;
  }
}
