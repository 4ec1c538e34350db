import type { LockNode } from './lock-node.ts';

/**
 * The nodes to ask first: a bare quorum, the same for everybody who wants this name, so that
 * contenders meet on the same nodes and their votes do not split. Another name begins at another
 * node, so that all of them have their share of the work.
 *
 * Nodes that owe an answer come last. Every node, when those that count are no quorum.
 */
export function firstAsked(
  nodes: readonly Pick<LockNode, 'usable' | 'lags'>[],
  quorum: number,
  name: string,
): ReadonlySet<number> {
  const start = placeOf(name, nodes.length);
  const prompt = new Set<number>();
  const slow: number[] = [];
  for (let step = 0; step < nodes.length && prompt.size < quorum; step += 1) {
    const index = (start + step) % nodes.length;
    const node = nodes[index];
    if (!node?.usable) continue;
    if (node.lags) slow.push(index);
    else prompt.add(index);
  }
  for (const index of slow) {
    if (prompt.size < quorum) prompt.add(index);
  }
  return prompt.size < quorum ? new Set(nodes.keys()) : prompt;
}

/** Any even spread will do, but it has to be the same in every process. */
function placeOf(name: string, nodes: number): number {
  let sum = 0;
  for (let at = 0; at < name.length; at += 1) sum = (sum * 31 + name.charCodeAt(at)) % 1_000_003;
  return sum % nodes;
}
