import type { LockNodeView, LockView } from './lock.ts';
import type { LockNode } from './lock-node.ts';
import { canvass } from './canvass.ts';

/** ms left, fence, waiting: three to a lock, as inspect.lua returns them. */
type Found = readonly (number | string)[];

/** Asks every node what it knows, and waits for all of them, since this is for people. */
export async function inspectNodes(
  nodes: readonly LockNode[],
  names: readonly string[],
  keys: readonly string[],
  prefix: string,
  timeoutMs: number,
): Promise<LockView[]> {
  const found = new Map<number, Found>();
  let pending = nodes.length;
  await canvass({
    nodes,
    timeoutMs,
    may: (node) => node.answers,
    ask: (node) => node.inspect(keys, [prefix]),
    count: (index, reply) => {
      found.set(index, reply as Found);
      pending -= 1;
    },
    absent: () => {
      pending -= 1;
    },
    verdict: () => (pending === 0 ? true : undefined),
  });
  return names.map((name, place) => ({
    name,
    nodes: nodes.map((node, index) => viewOf(node.label, found.get(index), place)),
  }));
}

function viewOf(node: string, found: Found | undefined, place: number): LockNodeView {
  if (!found) {
    return { node, reachable: false, held: false, ttlMs: null, fence: null, waiting: 0 };
  }
  const [ms, fence, waiting] = found.slice(place * 3, place * 3 + 3);
  return {
    node,
    reachable: true,
    held: Number(ms) !== -2,
    ttlMs: Number(ms) >= 0 ? Number(ms) : null,
    fence: fence ? BigInt(fence) : null,
    waiting: Number(waiting),
  };
}
