import { type Contender, perSecond } from './contender.ts';

/** Of a guess, where the contender at full load is not measured. */
const GUESS = 1000;

/** Half of what a contender last came to in this run: each at its own, so that none is flooded. */
export class HalfLoad {
  private full = GUESS;

  /** The same contender, whose rates are remembered. */
  of(contender: Contender): Contender {
    return {
      ...contender,
      measure: async (orders) => {
        const sample = await contender.measure(orders);
        this.full = perSecond(sample);
        return sample;
      },
    };
  }

  get perSecond(): number {
    return this.full / 2;
  }
}
