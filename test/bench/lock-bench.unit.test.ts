import { expect } from 'chai';
import { fairnessOf } from '../../bench/locks/fairness.ts';
import {
  brokenExclusion,
  fencesOutOfOrder,
  handOffs,
  overlaps,
} from '../../bench/locks/hold-history.ts';
import type { Hold } from '../../bench/locks/lock-load.ts';
import type { ContestFigures, LockSample, LockSeries } from '../../bench/locks/lock-samples.ts';
import { lockTables } from '../../bench/locks/lock-tables.ts';
import { judgeLocks } from '../../bench/locks/lock-verdicts.ts';

const hold = (waiter: number, from: number, until: number, fence: number | null = null): Hold => ({
  waiter,
  from,
  until,
  fence,
});

describe('the history of a contest', () => {
  const good = [hold(2, 30, 40, 9), hold(1, 10, 20, 5), hold(1, 20, 30, 7)];

  it('is whole when each hold ends before the next begins and fences rise', () => {
    expect(brokenExclusion(good)).to.deep.equal([]);
    expect(brokenExclusion([])).to.deep.equal([]);
    expect(brokenExclusion(good.map((one) => ({ ...one, fence: null })))).to.deep.equal([]);
  });

  it('is broken by two who hold at once', () => {
    const both = [...good, hold(3, 39, 45, 11)];
    expect(overlaps(both)).to.deep.equal(['waiters 2 and 3 both held for 1 us']);
    expect(brokenExclusion(both)).to.have.length(1);
  });

  it('is broken by everyone who comes within one long hold', () => {
    const long = [hold(0, 0, 100), hold(1, 10, 20), hold(2, 30, 120), hold(3, 110, 130)];
    expect(overlaps(long)).to.deep.equal([
      'waiters 0 and 1 both held for 10 us',
      'waiters 0 and 2 both held for 70 us',
      'waiters 2 and 3 both held for 10 us',
    ]);
  });

  it('is broken by a fence that does not rise, and by one that comes twice', () => {
    const back = [...good, hold(3, 41, 45, 8)];
    expect(fencesOutOfOrder(back)).to.deep.equal(['waiter 3 got 8 after 9']);
    const twice = [...good, hold(3, 41, 45, 9)];
    expect(fencesOutOfOrder(twice)).to.deep.equal(['fence 9 was given twice']);
    const far = [hold(0, 0, 1, 9), hold(1, 2, 3, 10), hold(2, 4, 5, 8)];
    expect(fencesOutOfOrder(far)).to.have.length(1);
  });

  it('counts only what went to another waiter', () => {
    expect(handOffs(good)).to.equal(1);
    expect(handOffs([hold(1, 0, 1), hold(2, 2, 3), hold(1, 4, 5)])).to.equal(2);
    expect(handOffs([hold(1, 0, 1)])).to.equal(0);
  });
});

describe('the fairness of a contest', () => {
  it('is seen in the least, the most and the spread', () => {
    const even = [hold(0, 0, 1), hold(1, 2, 3), hold(0, 4, 5), hold(1, 6, 7)];
    expect(fairnessOf(even, 2)).to.deep.equal({ least: 2, most: 2, variation: 0, starved: 0 });
    const odd = [hold(0, 0, 1), hold(0, 2, 3), hold(0, 4, 5), hold(0, 6, 7)];
    expect(fairnessOf(odd, 2)).to.deep.equal({ least: 0, most: 4, variation: 1, starved: 1 });
  });

  it('is no number of nothing', () => {
    expect(fairnessOf([], 2)).to.deep.equal({ least: 0, most: 0, variation: 0, starved: 2 });
  });
});

const figures: ContestFigures = {
  least: 1,
  most: 1,
  variation: 0,
  starved: 0,
  waiters: 64,
  taken: 1,
  failed: 0,
  violations: 0,
};
const series = (
  name: string,
  rates: readonly number[],
  contest: Partial<ContestFigures> | null = null,
): LockSeries => ({
  name,
  samples: rates.map((done): LockSample => {
    const seen = contest && { ...figures, ...contest };
    return { seconds: 1, done, latencyUs: null, trips: 2, commands: null, contest: seen };
  }),
});
const misses = (...all: LockSeries[]) =>
  judgeLocks(all)
    .filter(({ holds }) => !holds)
    .map(({ what }) => what);

describe('the verdicts on locks', () => {
  it('fail fewer than ten times the hand-offs of redlock, round by round', () => {
    const asked = (ours: number[]) =>
      misses(
        series('hand-off 64: 5 redis', ours),
        series('hand-off 64: redlock (10 ms)', [10, 1, 100]),
      );
    expect(asked([100, 10, 1000])).to.deep.equal([]);
    expect(asked([100, 9, 990])).to.deep.equal(['hand-offs of 64 waiters: ours / redlock']);
  });

  it('take none at all for one at most', () => {
    const [verdict] = judgeLocks([
      series('hand-off 64: 5 redis', [9]),
      series('hand-off 64: redlock (1 ms)', [0]),
    ]);
    expect(verdict).to.include({ value: 9, holds: false });
  });

  it('fail a lock alone that takes more than one and a half times as long', () => {
    const asked = (ours: number) =>
      judgeLocks([series('alone: 5 redis', [ours]), series('alone: redlock (1 ms)', [150])])[0];
    expect(asked(100)).to.include({ value: 1.5, holds: true, reached: false });
    expect(asked(99)?.holds).to.equal(false);
    expect(asked(150)?.reached).to.equal(true);
  });

  it('fail a hundred keys that take more than three times as long as one', () => {
    const asked = (many: number) =>
      misses(series('keys 1: 5 redis', [300]), series('keys 100: 5 redis', [many]));
    expect(asked(100)).to.deep.equal([]);
    expect(asked(99)).to.deep.equal(['time of ours: 100 keys / 1 key']);
  });

  it('fail a single broken exclusion, and only of ours', () => {
    const broken = { violations: 1 };
    expect(misses(series('hand-off 2: etcd', [1], broken))).to.deep.equal([
      'exclusion violations of ours',
    ]);
    expect(misses(series('hand-off 2: redis-semaphore', [1], broken))).to.deep.equal([]);
    expect(misses(series('hand-off 2: etcd', [1], {}))).to.deep.equal([]);
  });

  it('leave out what was not measured', () => {
    expect(judgeLocks([series('alone: 5 redis', [1])])).to.deep.equal([]);
  });
});

describe('the tables of locks', () => {
  it('keep those whom nobody disturbs apart from those who contend', () => {
    const text = lockTables([series('alone: etcd', [5]), series('hand-off 2: etcd', [7], {})]);
    const [first = '', second = ''] = text.split('\n\n');
    expect(first).to.match(/^nobody else[^\n]*\nalone: etcd +5 +5-5 +- +- +2\.0 +-$/);
    expect(second).to.match(/^all want[^\n]*\nhand-off 2: etcd +7 +7-7 +1 +1-1 /);
  });
});
