/** How a test run came out. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

export const tallyMessage = (tally: Tally) => ({ type: 'tally', ...tally });

export function tallyFrom(message: unknown): Tally | null {
  const found = message as (Partial<Tally> & { type?: unknown }) | null;
  if (found?.type !== 'tally') return null;
  const { passed = 0, failed = 0, skipped = 0 } = found;
  return { passed, failed, skipped };
}
