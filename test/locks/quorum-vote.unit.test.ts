import { expect } from 'chai';
import { AcquireVote, Poll, quorumOf } from '../../src/locks/quorum-vote.ts';

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
