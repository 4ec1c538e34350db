import { pause } from '../../src/kernel/index.ts';

/** Waits for a condition, never longer than the bound; says what was waited for when it fails. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  boundMs = 3000,
  what = 'the condition',
  everyMs = 5,
): Promise<void> {
  const end = performance.now() + boundMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what} did not hold within ${boundMs} ms`);
    await pause(everyMs);
  }
}

/** A promise to be settled from outside. */
export function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}
