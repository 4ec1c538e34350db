import { expect } from 'chai';
import fc from 'fast-check';
import type { MemoryWorld } from '../support/memory-world.ts';
import { event, expectSound, shop, stateOf, story } from '../support/shop-stories.ts';

/** A side is that of what was committed: one batch passes over what many would have shown. */
const sideless = <One extends object>(one: One): One => ({
  ...one,
  ...('balance' in one ? { balance: sideless(one.balance as object) } : {}),
  ...('keeping' in one ? { keeping: { ...(one.keeping as object), side: 'fine' } } : {}),
});
const sidelessState = (world: MemoryWorld) => {
  const state = stateOf(world);
  return { ...state, balances: state.balances.map(sideless) };
};

describe('whatever happens, in whatever order', () => {
  it('gets to every state, or what follows would prove little', () => {
    const steps = fc.sample(story, { numRuns: 900, seed: 7 }).flatMap(({ policy, batches }) => {
      const world = shop(policy);
      for (const { events, due } of batches) world.batch(events, due);
      return world.steps.map(({ from, to }) => `${from} ${to}`);
    });
    for (const way of [
      'awaited placed',
      'placed reserved',
      'placed rejected',
      'placed cancelled',
      'reserved paid',
      'reserved cancelled',
      'reserved expired',
      'expired reserved',
      'paid returned',
    ]) {
      expect(steps.filter((step) => step === way).length, way).to.be.greaterThan(5);
    }
  });

  it('loses no unit, doubles none, and keeps every history whole', () => {
    fc.assert(
      fc.property(story, ({ policy, batches }) => {
        const world = shop(policy);
        for (const { events, due } of batches) {
          world.batch(events, due);
          expectSound(world);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('answers as before when something is told twice in a batch, and changes nothing', () => {
    fc.assert(
      fc.property(story, ({ policy, batches }) => {
        const once = shop(policy);
        const twice = shop(policy);
        for (const { events, due } of batches) {
          const first = once.batch(events, due);
          const both = twice.batch(
            events.flatMap((one) => [one, one]),
            due,
          );
          const firsts = both.filter((_, index) => index % 2 === 0);
          expect(firsts).to.deep.equal(first);
          const seconds = both.filter((_, index) => index % 2 === 1);
          expect(seconds.map(({ change }) => change)).to.not.include('changed');
        }
        expect(stateOf(twice)).to.deep.equal(stateOf(once));
      }),
      { numRuns: 200 },
    );
  });

  it('comes to the same, batched or one by one, while no time passes', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const together = shop();
        const alone = shop();
        const answers = together.batch(events);
        const answersAlone = events.flatMap((one) => alone.batch([one]));
        expect(answersAlone.map(sideless)).to.deep.equal(answers.map(sideless));
        expect(sidelessState(alone)).to.deep.equal(sidelessState(together));
      }),
      { numRuns: 300 },
    );
  });
});
