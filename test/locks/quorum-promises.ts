/** When an attempt held one node. */
export interface Interval {
  readonly attempt: number;
  readonly start: number;
  end: number;
}

export interface Success {
  readonly id: number;
  readonly started: number;
  readonly returned: number;
  readonly fence: number;
  readonly nodes: readonly number[];
  readonly rounds: 1 | 2;
}

/** A quorum said yes to a renewal that was asked for then. */
export interface Renewed {
  readonly id: number;
  readonly asked: number;
  readonly fence: number;
}

interface Holds {
  readonly held: readonly Interval[];
}

/** What a game has shown to be untrue of the order of fences. */
export function brokenPromises(
  successes: readonly Success[],
  renewals: readonly Renewed[],
  nodes: readonly Holds[],
): string[] {
  const found: string[] = [];
  for (const a of successes) {
    for (const b of successes) {
      if (a === b) continue;
      if (a.returned < b.started && b.fence <= a.fence) found.push(`${b.id} is not above ${a.id}`);
      if (a.id < b.id && a.fence === b.fence) found.push(`${a.id} and ${b.id} got the same`);
      if (a.fence >= b.fence && precedes(a, b, nodes)) found.push(`${a.id} ended before ${b.id}`);
    }
    for (const { id, asked, fence } of renewals) {
      const isOver = a.returned < asked && a.fence > fence;
      if (isOver) found.push(`${id} was renewed after ${a.id} had overtaken it`);
    }
  }
  return found;
}

/** On a node that stands behind both, was a's time over before b's began? */
function precedes(a: Success, b: Success, nodes: readonly Holds[]): boolean {
  return a.nodes.some((index) => {
    const held = nodes[index]?.held ?? [];
    const first = held.find(({ attempt }) => attempt === a.id);
    const second = held.find(({ attempt }) => attempt === b.id);
    return b.nodes.includes(index) && first && second && first.end <= second.start;
  });
}
