import { expect } from 'chai';
import { median, quantile } from '../../bench/percentiles.ts';
import type { Sample } from '../../bench/contender.ts';
import { HTTP_RULES } from '../../bench/http-verdicts.ts';
import type { Series } from '../../bench/rounds.ts';
import { judge, medianRatio } from '../../bench/verdicts.ts';

const books = { oversold: 0, leaked: 0 };
const series = (name: string, rates: readonly number[], more: Partial<Sample> = {}): Series => ({
  name,
  samples: rates.map((rate) => ({ orders: rate, seconds: 1, cpu: null, books, ...more })),
});

describe('the verdicts of the benchmark', () => {
  it('compare within a round, so that a slow while hits both', () => {
    const ours = series('saga hot', [100, 1000, 10]);
    const theirs = series('saga many', [50, 500, 5]);
    expect(medianRatio(ours, theirs)).to.equal(2);
  });

  it('fail a hot goods id that is slower than many', () => {
    const asked = (hot: number) => {
      const all = [series('saga hot', [hot, hot, hot]), series('saga many', [100, 100, 100])];
      return judge(all).find(({ what }) => what.includes('many'))?.holds;
    };
    expect(asked(95)).to.equal(true);
    expect(asked(94)).to.equal(false);
  });

  it('fail a reserve leg that is not eight times a lock for each order', () => {
    const asked = (rate: number) => {
      const all = [
        series('reserve nudged', [rate, rate, rate]),
        series('lock per order (redlock, 10 ms)', [100, 100, 100]),
      ];
      return judge(all)[0];
    };
    expect(asked(800)).to.include({ holds: true, reached: false });
    expect(asked(799)?.holds).to.equal(false);
    expect(asked(1500)).to.include({ holds: true, reached: true });
  });

  it('fail on a single unit oversold or leaked, and only by ours', () => {
    const failing = (name: string, found: { oversold: number; leaked: number }) =>
      judge([series(name, [1, 1, 1], { books: found })])
        .filter(({ holds }) => !holds)
        .map(({ what }) => what);
    expect(failing('saga hot', { oversold: 1, leaked: 0 })).to.deep.equal(['oversold units']);
    expect(failing('reserve nudged', { oversold: 0, leaked: 1 })).to.deep.equal(['leaked units']);
    expect(failing('lock per order', { oversold: 1, leaked: 1 })).to.deep.equal([]);
    expect(failing('saga hot', books)).to.deep.equal([]);
  });

  it('miss an aim without failing', () => {
    const all = [series('saga hot', [90]), series('empty singly', [100])];
    expect(judge(all)[0]).to.include({ must: null, aim: 1, holds: true, reached: false });
  });
});

describe('the numbers of the benchmark', () => {
  it('have their middle between the two middle ones when they are even', () => {
    expect(median([4, 1, 3])).to.equal(3);
    expect(median([4, 1, 3, 2])).to.equal(2.5);
  });

  it('have a quantile that is one of them', () => {
    const values = Array.from({ length: 200 }, (_, index) => index + 1);
    expect(quantile(values, 0.99)).to.equal(198);
    expect(quantile(values, 0.5)).to.equal(100);
    expect(quantile([7], 0.99)).to.equal(7);
  });
});

describe('the verdicts over HTTP', () => {
  const asked = (waited: number, batches: number) =>
    judge(
      [
        series('http waited', [waited, waited, waited]),
        series('http batches', [batches, batches, batches]),
        series('queue singly', [100, 100, 100]),
      ],
      HTTP_RULES,
    ).filter(({ holds }) => !holds);

  it('fail a waited order that costs more than two of the queue, and slow batches', () => {
    expect(asked(50, 300)).to.deep.equal([]);
    expect(asked(49, 300).map(({ what }) => what)).to.deep.equal(['http waited / queue singly']);
    expect(asked(50, 299).map(({ what }) => what)).to.deep.equal(['http batches / queue singly']);
  });

  it('fail on a unit oversold by either', () => {
    const all = [series('queue singly', [1], { books: { oversold: 1, leaked: 0 } })];
    expect(judge(all, HTTP_RULES).map(({ holds }) => holds)).to.deep.equal([false, true]);
  });
});
