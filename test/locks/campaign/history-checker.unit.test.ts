import { expect } from 'chai';
import * as checker from './history-checker.ts';
import {
  type Ended,
  type Granted,
  type HistoryEvent,
  historyLines,
  parseHistory,
  type Written,
} from './lock-history.ts';

const TTL = 300;

const granted = (hold: string, fence: number, began: number, at: number): Granted => ({
  kind: 'granted',
  contender: 0,
  hold,
  names: ['a'],
  fence,
  began,
  at,
});
const written = (hold: string, fence: number, base: number, more: Partial<Written> = {}) =>
  ({
    kind: 'written',
    contender: 0,
    hold,
    name: 'a',
    fence,
    base,
    accepted: true,
    checkedAt: 0,
    ...more,
  }) satisfies Written;
const lost = (at: number, extendedAt: number): Ended => ({
  kind: 'ended',
  contender: 0,
  hold: 'one',
  how: 'lost',
  reason: 'expired',
  at,
  extendedAt,
});

/** The checker is what all the rest of the proof rests on: it must see each kind of harm. */
describe('the checker of lock histories', () => {
  const good: HistoryEvent[] = [
    granted('one', 5, 0, 10),
    granted('two', 7, 20, 30),
    written('one', 5, 0, { checkedAt: 12 }),
    written('two', 7, 1, { checkedAt: 32 }),
    written('one', 5, 2, { accepted: false, checkedAt: 15 }),
    lost(310, 10),
  ];

  it('finds nothing in a good history, also after it was written down', () => {
    expect(checker.brokenPromises(good, TTL)).to.deep.equal([]);
    expect(parseHistory(historyLines(good))).to.deep.equal(good);
  });

  it('sees a fence that does not rise, and one given twice', () => {
    const back = [granted('one', 5, 0, 10), granted('two', 4, 11, 20)];
    expect(checker.fencesOutOfOrder(back)).to.have.length(1);
    const same = [granted('one', 5, 0, 10), granted('two', 5, 5, 20)];
    expect(checker.fencesOutOfOrder(same)).to.have.length(1);
    const together = [granted('one', 5, 0, 10), granted('two', 4, 9, 20)];
    expect(checker.fencesOutOfOrder(together)).to.deep.equal([]);
    const far = [granted('a', 9, 0, 1), granted('b', 10, 2, 3), granted('c', 8, 4, 5)];
    expect(checker.fencesOutOfOrder(far)).to.have.length(1);
  });

  it('sees a write with a fence below one already written', () => {
    expect(checker.writesOutOfOrder([written('two', 7, 0), written('one', 5, 1)])).to.have.length(
      1,
    );
    expect(checker.writesOutOfOrder([written('two', 7, 0), written('two', 7, 1)])).to.be.empty;
  });

  it('sees an update that is lost', () => {
    expect(checker.lostUpdates([written('one', 5, 0), written('two', 7, 0)])).to.have.length(1);
  });

  it('sees the newest holder refused', () => {
    const refused = written('two', 7, 0, { accepted: false });
    expect(checker.refusedNewest([granted('two', 7, 0, 1), refused])).to.have.length(1);
    expect(checker.refusedNewest([granted('three', 8, 2, 3), refused])).to.be.empty;
  });

  it('sees a loss that is told too late, unless the process stood still', () => {
    expect(checker.toldTooLate([lost(900, 10)], TTL)).to.have.length(1);
    const unaware: Ended = { ...lost(900, 10), how: 'released' };
    expect(checker.toldTooLate([unaware], TTL)).to.have.length(1);
    const untold: Ended = { ...lost(100, 10), how: 'untold' };
    expect(checker.toldTooLate([untold], TTL)).to.have.length(1);
    const stopped: HistoryEvent = { kind: 'stopped', contender: 0, at: 100, until: 800 };
    expect(checker.toldTooLate([lost(900, 10), stopped], TTL)).to.be.empty;
    expect(checker.toldTooLate([lost(1000, 10), stopped], TTL)).to.have.length(1);
    expect(checker.toldTooLate([lost(900, 10), { ...stopped, contender: 1 }], TTL)).to.have.length(
      1,
    );
  });

  it('sees two that act as the holder', () => {
    const both = [granted('one', 5, 0, 10), granted('two', 7, 20, 30)];
    const late = written('one', 5, 0, { checkedAt: 31, accepted: false });
    expect(checker.actedBesideSuccessor([...both, late])).to.have.length(1);
  });

  it('sees a lock that a late request made for nobody', () => {
    const planted = { kind: 'planted', node: 1, key: 'k', owner: 'o', at: 5 } as const;
    expect(checker.lockedForNobody([planted])).to.have.length(1);
    expect(checker.brokenPromises([...good, planted], TTL)).to.have.length(1);
  });

  it('counts what happened', () => {
    expect(checker.figuresOf(good)).to.deep.equal({
      acquisitions: 2,
      writes: 2,
      refused: 1,
      losses: 1,
      faults: 0,
    });
  });
});
