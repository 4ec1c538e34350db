import { randomBytes } from 'node:crypto';

/** Chance, passed in wherever it is used, so that a test can fix it. Answers in [0, 1). */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();

/** A name nobody else will choose. */
export function randomName(bytes = 12): string {
  return randomBytes(bytes).toString('hex');
}
