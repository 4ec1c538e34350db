import { expect } from 'chai';
import fc from 'fast-check';
import { quorumOf } from '../../src/locks/quorum-vote.ts';
import { nextOf, ours, QuorumGame, type Scheme } from './quorum-model.ts';

/** The real scheme without the round that raises the fences: the highest number seen will do. */
const highestSeen: Scheme = {
  conditional: true,
  candidate: false,
  decide: (vote, fences) => {
    const next = nextOf(vote.verdict(), fences);
    return next?.kind === 'confirm' ? { ...next, kind: 'done' } : next;
  },
};

/** Raises the fences whether or not the lock is still held. */
const unconditional: Scheme = { ...ours, candidate: false, conditional: false };

/** Believes a minority: one node short of a quorum. */
const tooFew: Scheme = {
  ...ours,
  decide: (vote, fences, nodes) => {
    const fence = Math.max(...fences.values());
    return fences.size > 0 && fences.size >= quorumOf(nodes) - 1
      ? { kind: 'done', fence, nodes: [...fences.keys()] }
      : nextOf(vote.verdict(), fences);
  },
};

const schedule = fc.array(fc.nat({ max: 1_000_000 }), {
  minLength: 3000,
  maxLength: 3000,
  size: 'max',
});

function check(nodes: number, scheme: Scheme, numRuns: number) {
  let successes = 0;
  const property = fc.property(schedule, (choices) => {
    const game = new QuorumGame(nodes, choices, scheme);
    const violations = game.play();
    successes += game.successes;
    return violations.length === 0;
  });
  const { failed } = fc.check(property, { numRuns, endOnFailure: true });
  return { failed, successes };
}

describe('the fence across a quorum', function () {
  this.timeout(20_000);

  for (const nodes of [1, 2, 3, 4, 5]) {
    it(`rises with every holder on ${nodes} nodes, whatever happens in between`, () => {
      const { failed, successes } = check(nodes, ours, 500);
      expect(failed).to.equal(false);
      expect(successes).to.be.above(1500); // or the game would prove nothing
    });

    it(`needs no clock for that on ${nodes} nodes`, () => {
      expect(check(nodes, { ...ours, candidate: false }, 300).failed).to.equal(false);
    });
  }

  for (const nodes of [3, 5]) {
    it(`would not rise on ${nodes} nodes if the highest number seen were taken`, () => {
      expect(check(nodes, highestSeen, 400).failed).to.equal(true);
    });

    it(`would not rise on ${nodes} nodes if a late holder could raise the counters`, () => {
      expect(check(nodes, unconditional, 800).failed).to.equal(true);
    });

    it(`would not rise on ${nodes} nodes if one vote less were enough`, () => {
      expect(check(nodes, tooFew, 400).failed).to.equal(true);
    });
  }
});
