import { expect } from 'chai';
import {
  AcquireVote,
  Poll,
  quorumOf,
  releasesNeeded,
  vouches,
} from '../../src/locks/quorum-vote.ts';

describe('a vote for a lock', () => {
  it('needs more than half of the nodes', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map(quorumOf)).to.deep.equal([1, 2, 2, 3, 3, 4, 4]);
  });

  it('is decided by the first quorum that gave one fence', () => {
    const vote = new AcquireVote(5);
    vote.granted(0, 7);
    vote.granted(3, 7);
    expect(vote.verdict()).to.equal(undefined);
    vote.granted(1, 7);
    expect(vote.verdict()).to.deep.equal({ kind: 'agreed', fence: 7 });
  });

  it('asks the nodes that granted to confirm the highest fence when they differ', () => {
    const vote = new AcquireVote(3);
    vote.granted(2, 7);
    vote.granted(0, 9);
    expect(vote.verdict()).to.deep.equal({ kind: 'confirm', fence: 9, nodes: [2, 0] });
  });

  it('is busy as soon as a quorum is out of reach and somebody holds it', () => {
    const vote = new AcquireVote(5);
    vote.busy();
    vote.absent();
    expect(vote.verdict()).to.equal(undefined);
    vote.absent();
    expect(vote.verdict()).to.deep.equal({ kind: 'busy' });
  });

  it('is busy on a tie', () => {
    const vote = new AcquireVote(2);
    vote.granted(0, 1);
    vote.busy();
    expect(vote.verdict()).to.deep.equal({ kind: 'busy' });
  });

  it('is not unreachable before everybody was heard who may know a holder', () => {
    const vote = new AcquireVote(3);
    vote.absent();
    vote.absent();
    expect(vote.verdict()).to.equal(undefined);
    vote.busy();
    expect(vote.verdict()).to.deep.equal({ kind: 'busy' });
  });

  it('is unreachable when nobody could be asked', () => {
    const vote = new AcquireVote(3);
    for (let node = 0; node < 3; node += 1) vote.absent();
    expect(vote.verdict()).to.deep.equal({ kind: 'unreachable' });
  });
});

describe('a vote that a bare quorum is asked for first', () => {
  it('wants the spares as soon as those asked cannot make it', () => {
    const vote = new AcquireVote(5, 3);
    vote.granted(0, 7);
    vote.granted(1, 7);
    expect(vote.wantsSpares).to.equal(false);
    vote.absent();
    expect(vote.wantsSpares).to.equal(true);
    expect(vote.verdict()).to.equal(undefined);
    vote.askSpares();
    expect(vote.wantsSpares).to.equal(false);
    vote.granted(4, 7);
    expect(vote.verdict()).to.deep.equal({ kind: 'agreed', fence: 7 });
  });

  it('leaves the spares alone when all that were asked refuse', () => {
    const vote = new AcquireVote(5, 3);
    for (let node = 0; node < 3; node += 1) vote.busy();
    expect(vote.verdict()).to.deep.equal({ kind: 'busy' });
  });

  it('is never believed by fewer than a quorum of all', () => {
    const vote = new AcquireVote(5, 3);
    vote.granted(0, 7);
    vote.granted(1, 7);
    expect(vote.verdict()).to.equal(undefined);
  });

  it('has no spares unless it is told so', () => {
    const vote = new AcquireVote(3);
    for (let node = 0; node < 3; node += 1) vote.absent();
    expect(vote.wantsSpares).to.equal(false);
  });
});

describe('the word of a node for a renewal', () => {
  it('counts when it gave the lock this number or a lower one', () => {
    expect([vouches(6, 7), vouches(7, 7)]).to.deep.equal([true, true]);
  });

  it('does not when it gave a higher one, or none that was heard', () => {
    expect([vouches(8, 7), vouches(undefined, 7)]).to.deep.equal([false, false]);
  });
});

describe('a release', () => {
  it('needs so many that a quorum is free of the lock', () => {
    expect([3, 4, 5].map((touched) => releasesNeeded(5, touched))).to.deep.equal([1, 2, 3]);
    expect([releasesNeeded(1, 1), releasesNeeded(2, 2), releasesNeeded(3, 2)]).to.deep.equal([
      1, 2, 1,
    ]);
  });
});

describe('a poll of the nodes', () => {
  it('is yes with a quorum, and does not wait for the rest', () => {
    const poll = new Poll(3, 2);
    poll.yes();
    expect(poll.verdict()).to.equal(undefined);
    poll.yes();
    expect(poll.verdict()).to.equal('yes');
  });

  it('is no only when those who said so leave no quorum', () => {
    const poll = new Poll(5, 3);
    poll.no();
    poll.no();
    expect(poll.verdict()).to.equal(undefined);
    poll.no();
    expect(poll.verdict()).to.equal('no');
  });

  it('is unreachable when silence prevents the quorum', () => {
    const poll = new Poll(3, 2);
    poll.no();
    poll.absent();
    expect(poll.verdict()).to.equal(undefined);
    poll.absent();
    expect(poll.verdict()).to.equal('unreachable');
  });
});
