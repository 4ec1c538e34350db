import type { LockView } from './lock.ts';
import { lockUnreachable } from './lock-errors.ts';
import { quorumOf } from './quorum-vote.ts';

/**
 * When a name can be had, if nobody renews it: when so many nodes are free of it that they make a
 * quorum. 0 is now, Infinity is never.
 */
export function freeInMs({ name, nodes }: LockView): number {
  const quorum = quorumOf(nodes.length);
  const away = nodes.filter(({ reachable }) => !reachable).map(({ node }) => node);
  if (nodes.length - away.length < quorum) {
    const troubles = away.map((node) => ({ node, problem: 'did not answer' }));
    throw lockUnreachable([name], `${away.join(', ')} did not answer`, troubles);
  }
  const times = nodes.map(({ reachable, held, ttlMs }) =>
    reachable && !held ? 0 : reachable && ttlMs !== null ? ttlMs : Number.POSITIVE_INFINITY,
  );
  return times.toSorted((one, other) => one - other)[quorum - 1] ?? Number.POSITIVE_INFINITY;
}
