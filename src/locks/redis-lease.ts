import { pollNodes } from './acquire-attempt.ts';
import type { Lease, RenewAnswer } from './lock-backend.ts';
import { type Moment, momentOf } from './lock-deadline.ts';
import type { LockNode } from './lock-node.ts';
import type { LockWaiter } from './lock-waiter.ts';
import type { QuorumNodes } from './quorum-nodes.ts';

export interface RedisGrant {
  readonly keys: readonly string[];
  readonly owner: string;
  readonly ttlMs: number;
  readonly fence: number;
  readonly sentAt: Moment;
  /** The nodes that granted it, or may have: no other one has anything of it. */
  readonly holders: readonly LockNode[];
  /** The place in line that led to it, which is left with the release. */
  readonly waiter: LockWaiter | undefined;
  /** Indexes of nodes that have no place in line of it to leave; late answers come in here too. */
  readonly unlined: ReadonlySet<number>;
}

/** Locks granted by a quorum. Never repaired: a node that lost them votes no until the end. */
export class RedisLease implements Lease {
  readonly fence: bigint;
  readonly sentAt: Moment;
  readonly #nodes: QuorumNodes;
  readonly #grant: RedisGrant;

  constructor(nodes: QuorumNodes, grant: RedisGrant) {
    this.fence = BigInt(grant.fence);
    this.sentAt = grant.sentAt;
    this.#nodes = nodes;
    this.#grant = grant;
  }

  async renew(): Promise<RenewAnswer> {
    const { clock, quorum } = this.#nodes;
    const { keys, owner, ttlMs, holders } = this.#grant;
    const sentAt = momentOf(clock);
    this.#nodes.trips += 1;
    const verdict = await pollNodes({
      nodes: holders,
      quorum,
      timeoutMs: this.#nodes.decidedWithin(ttlMs),
      may: (node) => node.answers,
      ask: (node) => node.renew(keys, [owner, ttlMs]),
      yes: 1,
    });
    if (verdict === 'yes') return { kind: 'renewed', sentAt };
    if (verdict === 'no') return { kind: 'stolen' };
    return this.#nodes.shortage();
  }

  onAlarm(call: () => void): () => void {
    return this.#nodes.onAlarm((node) => {
      if (this.#grant.holders.includes(node)) call();
    });
  }

  release(): Promise<boolean> {
    const { keys, owner, waiter, unlined, holders } = this.#grant;
    const short = this.#nodes.releaseArgs(owner, undefined);
    if (!waiter) return this.#nodes.release(holders, keys, () => short);
    // Elsewhere the place in line may have been taken: on any node, in an attempt before the last.
    const whole = this.#nodes.releaseArgs(owner, waiter);
    const without = new Set(this.#nodes.at(unlined));
    const { all } = this.#nodes;
    return this.#nodes.release(all, keys, (node) => (without.has(node) ? short : whole));
  }
}
