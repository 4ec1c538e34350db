import { expect } from 'chai';
import { quorumOf } from '../../src/locks/quorum-vote.ts';
import { nextOf, ours, QuorumGame, type Scheme } from './quorum-model.ts';

/** The real scheme without the round that raises the fences: the highest number seen will do. */
const highestSeen: Scheme = {
  ...ours,
  candidate: false,
  decide: (vote, fences) => {
    const next = nextOf(vote.verdict(), fences);
    return next?.kind === 'confirm' ? { ...next, kind: 'done' } : next;
  },
};

/** Raises the fences whether or not the lock is still held. */
const unconditional: Scheme = { ...ours, candidate: false, conditional: false };

/** One chosen node counts for all. */
const firstNodeCounts: Scheme = {
  ...ours,
  candidate: false,
  decide: (vote, fences) => {
    const next = nextOf(vote.verdict(), fences);
    if (next === undefined || next.kind === 'failed') return next;
    const fence = fences.get(0);
    return fence ? { kind: 'done', fence, nodes: [...fences.keys()] } : { kind: 'failed' };
  },
};

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

/** Counts a node as the holder's again, whatever happened there since. */
const anyWordRenews: Scheme = {
  ...ours,
  vouches: (given) => given !== undefined,
};

/** A quorum of those who were asked first, not of all. */
const quorumOfTheAsked: Scheme = {
  ...ours,
  decide: (vote, fences, nodes) => {
    const fence = Math.max(...fences.values());
    return fences.size > 0 && fences.size >= quorumOf(quorumOf(nodes))
      ? { kind: 'done', fence, nodes: [...fences.keys()] }
      : nextOf(vote.verdict(), fences);
  },
};

/** The right scheme on nodes that lose their counters, such as without an append-only file. */
const forgetful: Scheme = { ...ours, candidate: false, forgets: 4 };
const forgetfulWithClock: Scheme = { ...ours, forgets: 4 };

/** Wrong schemes, and how many seeds it may take at most to find them out. */
const WRONG: readonly (readonly [string, Scheme, number])[] = [
  ['the highest number seen were taken', highestSeen, 10],
  ['a late holder could raise the counters', unconditional, 150],
  ['one chosen node counted for all', firstNodeCounts, 300],
  ['one vote less were enough', tooFew, 5],
  ['any node could renew a lock, also one that had lost it', anyWordRenews, 350],
  ['nodes forgot their counters', forgetful, 250],
  ['nodes forgot them and only clocks were left', forgetfulWithClock, 350],
];

const SEEDS = 600;

/** The first seed that breaks a promise, up to this one. */
function caughtAt(nodes: number, scheme: Scheme, seeds: number): number | undefined {
  for (let seed = 1; seed <= seeds; seed += 1) {
    if (new QuorumGame(nodes, seed, scheme).play().length > 0) return seed;
  }
  return undefined;
}

describe('the fence across a quorum', function () {
  this.timeout(20_000);

  for (const nodes of [1, 2, 3, 4, 5, 7]) {
    it(`rises with every holder on ${nodes} nodes, whatever happens in between`, () => {
      const games = Array.from({ length: SEEDS }, (_, seed) => new QuorumGame(nodes, seed, ours));
      expect(games.flatMap((game, seed) => game.play().map((what) => `${seed}: ${what}`))).to.be
        .empty;
      const successes = games.flatMap((game) => game.successes);
      expect(successes.length).to.be.above(SEEDS); // or the games would prove nothing
      if (nodes > 1) expect(successes.some(({ rounds }) => rounds === 2)).to.equal(true);
      expect(games.flatMap((game) => game.renewed).length).to.be.above(SEEDS);
    });

    it(`needs no clock for that on ${nodes} nodes`, () => {
      expect(caughtAt(nodes, { ...ours, candidate: false }, SEEDS)).to.equal(undefined);
    });
  }

  for (const nodes of [3, 5]) {
    for (const [what, scheme, seeds] of WRONG) {
      it(`would not rise on ${nodes} nodes if ${what}`, () => {
        expect(caughtAt(nodes, scheme, seeds)).to.be.within(1, seeds);
      });
    }
  }

  it('would not rise on 5 nodes if a quorum of those asked first were enough', () => {
    expect(caughtAt(5, quorumOfTheAsked, 5)).to.be.within(1, 5);
  });
});
