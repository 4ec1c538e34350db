import type { Hold } from './lock-load.ts';

/** Every hold that began while another one lasted, and every fence that did not rise. */
export function brokenExclusion(holds: readonly Hold[]): string[] {
  return [...overlaps(holds), ...fencesOutOfOrder(holds)];
}

export function overlaps(holds: readonly Hold[]): string[] {
  let longest: Hold | undefined;
  return inOrder(holds).flatMap((hold) => {
    const before = longest;
    if (!before || hold.until > before.until) longest = hold;
    if (!before || hold.from >= before.until) return [];
    const us = Math.min(hold.until, before.until) - hold.from;
    return [`waiters ${before.waiter} and ${hold.waiter} both held for ${us} us`];
  });
}

/** Who came after the end of a hold has a higher fence than it; no fence comes twice. */
export function fencesOutOfOrder(holds: readonly Hold[]): string[] {
  const fenced = inOrder(holds).flatMap(({ fence, ...hold }) =>
    fence === null ? [] : [{ ...hold, fence }],
  );
  const ended = fenced.toSorted((one, other) => one.until - other.until);
  const seen = new Set<number>();
  let highest = Number.NEGATIVE_INFINITY;
  let next = 0;
  return fenced.flatMap(({ waiter, from, fence }) => {
    for (let one = ended[next]; one && one.until < from; one = ended[next]) {
      highest = Math.max(highest, one.fence);
      next += 1;
    }
    const isTwice = seen.has(fence);
    seen.add(fence);
    if (isTwice) return [`fence ${fence} was given twice`];
    return fence > highest ? [] : [`waiter ${waiter} got ${fence} after ${highest}`];
  });
}

/** How often the lock went from one waiter to another; taken again by the same one is none. */
export function handOffs(holds: readonly Hold[]): number {
  let last: number | undefined;
  return inOrder(holds).filter(({ waiter }) => {
    const passed = last !== undefined && last !== waiter;
    last = waiter;
    return passed;
  }).length;
}

function inOrder(holds: readonly Hold[]): Hold[] {
  return holds.toSorted((one, other) => one.from - other.from || one.until - other.until);
}
