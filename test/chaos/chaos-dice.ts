import { seededRandom } from '../support/seeded-random.ts';

/** Chance of one purpose; two purposes of one seed do not disturb each other's rows. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number, purpose: string) {
    let mixed = seed >>> 0;
    for (const char of purpose) mixed = Math.imul(mixed ^ char.charCodeAt(0), 0x01000193) >>> 0;
    this.#next = seededRandom(mixed);
  }

  /** A whole number from 0 up to, and not including, this. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  from(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True so many times in a hundred. */
  percent(share: number): boolean {
    return this.#next() * 100 < share;
  }

  one<T>(list: readonly T[]): T {
    const found = list[this.below(list.length)];
    if (found === undefined) throw new Error('nothing to choose from');
    return found;
  }

  /** By weight: the key of one entry. */
  weighted<Key extends string>(weights: Readonly<Record<Key, number>>): Key {
    const entries = Object.entries(weights) as [Key, number][];
    let left = this.#next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return this.one(entries)[0];
  }

  some<T>(list: readonly T[], count: number): T[] {
    const rest = [...list];
    const taken: T[] = [];
    while (taken.length < count && rest.length > 0) {
      taken.push(...rest.splice(this.below(rest.length), 1));
    }
    return taken;
  }

  /** Gaps of a stream that is as likely to go on at any moment: a mean of this. */
  gap(meanMs: number): number {
    return Math.min(-Math.log(1 - this.#next()) * meanMs, meanMs * 4);
  }
}
