/** The commands in a piece of what a client sends to Redis; one that is cut off is left out. */
export function redisRequests(text: string): string[][] {
  const requests: string[][] = [];
  const parts = text.split('\r\n');
  for (let at = 0; at < parts.length; ) {
    const count = Number(/^\*(\d+)$/.exec(parts[at] ?? '')?.[1] ?? 0);
    const end = at + 1 + count * 2;
    if (count > 0 && end < parts.length) {
      requests.push(parts.slice(at + 1, end).filter((_, index) => index % 2 === 1));
    }
    at = Math.max(at + 1, end);
  }
  return requests;
}

/** An acquire, as acquire.lua takes it: no other script has so many arguments. */
export interface AskedLock {
  readonly keys: readonly string[];
  readonly owner: string;
}

const ACQUIRE_ARGUMENTS = 7;

export function askedLocks(text: string): AskedLock[] {
  return redisRequests(text).flatMap(([command = '', , count, ...rest]) => {
    const keys = rest.slice(0, Number(count));
    const args = rest.slice(Number(count));
    const isAcquire = /^eval/i.test(command) && args.length === ACQUIRE_ARGUMENTS;
    return isAcquire ? [{ keys, owner: args[0] ?? '' }] : [];
  });
}
