import { type Attempt, attemptAcquire, pollNodes } from './acquire-attempt.ts';
import type { FenceCandidate } from './fence-candidate.ts';
import { firstAsked } from './first-asked.ts';
import type { LockBusy, LockUnreachable } from './lock.ts';
import { LockDeadline, momentOf } from './lock-deadline.ts';
import type { LockNode } from './lock-node.ts';
import type { LockWaiter } from './lock-waiter.ts';
import type { QuorumNodes } from './quorum-nodes.ts';
import { RedisLease } from './redis-lease.ts';

/** For goods that are free but promised to somebody in line, who takes them at any moment. */
const IN_LINE_MS = 25;
const SOONEST_MS = 10;
/** A lock granted so late that less than this part of its time is left is given back. */
const LEAST_VALIDITY = 0.25;

export interface AttemptOptions {
  readonly names: readonly string[];
  /** Never used before, so that a late reply or a late release of another attempt does nothing. */
  readonly owner: string;
  readonly ttlMs: number;
  readonly fenceAbove: bigint | undefined;
  readonly waiter: LockWaiter | undefined;
}

export type AttemptAnswer =
  | { readonly kind: 'granted'; readonly lease: RedisLease }
  /** `freeInMs`: when the locks end by themselves; Infinity when nobody can know. */
  | (LockBusy & { readonly freeInMs: number })
  | LockUnreachable;

/** One attempt from the first question to the decision; what was granted in vain is given back. */
export async function attemptQuorum(
  nodes: QuorumNodes,
  candidate: FenceCandidate,
  options: AttemptOptions,
): Promise<AttemptAnswer> {
  const { names, owner, ttlMs, waiter } = options;
  const keys = nodes.keysOf(names);
  const args = nodes.acquireArgs(options, candidate.next(options.fenceAbove), waiter);
  const sentAt = momentOf(nodes.clock);
  const timeoutMs = nodes.decidedWithin(ttlMs);
  const first = firstAsked(nodes.all, nodes.quorum, names[0] ?? '');
  const request = { nodes: nodes.all, first, keys, args, ttlMs, timeoutMs };
  nodes.trips += 1;
  const attempt = await attemptAcquire(request, (fence) => candidate.saw(fence));
  waiter?.stands(attempt.asked);
  // Both rounds together keep to the time of one attempt.
  const leftMs = timeoutMs - (nodes.clock.monotonicMs() - sentAt.monotonicMs);
  const fence = await agreedFence(nodes, attempt, keys, owner, Math.max(1, leftMs));
  const deadline = new LockDeadline(nodes.clock, ttlMs, sentAt);
  if (fence !== undefined && deadline.remainingMs() >= ttlMs * LEAST_VALIDITY) {
    const { touched, granted } = attempt;
    const grant = { names, keys, owner, ttlMs, fence, sentAt, waiter, touched, granted };
    return { kind: 'granted', lease: new RedisLease(nodes, grant) };
  }
  nodes.sendRelease(nodes.at(attempt.touched), keys, nodes.retreatArgs(owner, waiter));
  return refusal(nodes, names, attempt, waiter);
}

/** The fence of the new holder; undefined when no quorum stands behind one. */
async function agreedFence(
  nodes: QuorumNodes,
  { verdict }: Attempt,
  keys: readonly string[],
  owner: string,
  timeoutMs: number,
): Promise<number | undefined> {
  if (verdict.kind === 'agreed') return verdict.fence;
  if (verdict.kind !== 'confirm') return undefined;
  const args = nodes.confirmArgs(owner, verdict.fence);
  nodes.trips += 1;
  const confirmed = await pollNodes({
    nodes: nodes.at(verdict.nodes),
    quorum: nodes.quorum,
    timeoutMs,
    ask: (node: LockNode) => node.confirm(keys, args),
    yes: 1,
  });
  return confirmed === 'yes' ? verdict.fence : undefined;
}

function refusal(
  nodes: QuorumNodes,
  names: readonly string[],
  { verdict, granted, busy, busyMs }: Attempt,
  waiter: LockWaiter | undefined,
): Exclude<AttemptAnswer, { kind: 'granted' }> {
  if (verdict.kind !== 'busy') return nodes.shortage();
  waiter?.wouldGet(granted.keys());
  const ends = busyMs >= 0;
  return {
    kind: 'busy',
    names: names.filter((_, index) => busy.has(index)),
    retryAfterMs: ends ? Math.max(SOONEST_MS, busyMs) : busyMs === -1 ? nodes.ttlMs : IN_LINE_MS,
    freeInMs: ends ? busyMs + 1 : Number.POSITIVE_INFINITY,
  };
}
