import { expect } from 'chai';
import { BENCH_RULES, QUICK_RULES } from '../../bench/bench-rules.ts';
import { median, quantile } from '../../bench/percentiles.ts';
import type { Sample } from '../../bench/contender.ts';
import { HTTP_RULES } from '../../bench/http-verdicts.ts';
import type { Series } from '../../bench/rounds.ts';
import { judge as judgeBy, medianRatio, type Rules } from '../../bench/verdicts.ts';

const books = { oversold: 0, leaked: 0 };
const series = (name: string, rates: readonly number[], more: Partial<Sample> = {}): Series => ({
  name,
  samples: rates.map((rate) => ({ orders: rate, seconds: 1, cpu: null, books, ...more })),
});

/** Of a full run, unless it is said. */
const judge = (all: readonly Series[], rules: Rules = BENCH_RULES) => judgeBy(all, rules);

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

  it('fail a reserve leg that is not ten times a lock for each order, in a quick run eight', () => {
    const asked = (rate: number, rules: Rules) => {
      const all = [
        series('reserve nudged', [rate, rate, rate]),
        series('lock per order (redlock, 10 ms)', [100, 100, 100]),
      ];
      return judge(all, rules)[0];
    };
    expect(asked(1000, BENCH_RULES)).to.include({ holds: true, reached: false });
    expect(asked(999, BENCH_RULES)?.holds).to.equal(false);
    expect(asked(2000, BENCH_RULES)).to.include({ holds: true, reached: true });
    expect(asked(800, QUICK_RULES)?.holds).to.equal(true);
    expect(asked(799, QUICK_RULES)?.holds).to.equal(false);
  });

  it('fail a 99th percentile at half load of more than three of the empty pipeline', () => {
    const late = (name: string, p99: number) =>
      series(name, [1, 1, 1], { latencyMs: { p50: 1, p99 } });
    const asked = (p99: number, rules = BENCH_RULES) =>
      judge([late('saga half load', p99), late('empty half load', 10)], rules)[0];
    expect(asked(30)).to.include({ value: 3, atMost: true, holds: true, reached: false });
    expect(asked(31)?.holds).to.equal(false);
    expect(asked(20)?.reached).to.equal(true);
    expect(asked(31, QUICK_RULES)?.holds).to.equal(true);
  });

  it('tell the processor time for an order, and nothing where nobody could take it', () => {
    const cpu = { worker: 1, driver: 1, database: 1, queueRedis: 0, lockNodes: 0 };
    const all = [
      series('saga hot', [100, 200, 300], { cpu }),
      series('empty singly', [100, 100, 100], { cpu }),
    ];
    const found = (one: readonly Series[]) =>
      judge(one).find(({ what }) => what.startsWith('cpu for an order'));
    expect(found(all)).to.include({ value: 0.5, atMost: true, must: null, reached: true });
    expect(found([series('saga hot', [1]), series('empty singly', [1])])).to.equal(undefined);
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
    const all = [series('saga hot', [149]), series('empty singly', [100])];
    expect(judge(all)[0]).to.include({ must: 1, aim: 1.5, holds: true, reached: false });
  });

  it('ask of a quick run only what small measurements can show', () => {
    const { ratios } = QUICK_RULES;
    const musts = ratios.flatMap(({ what, must }) => (must === undefined ? [] : [what]));
    expect(musts).to.deep.equal([
      'envelopes hot / empty singly',
      'saga: hot / many goods',
      'reserve: nudged / lock per order',
    ]);
    expect(ratios).to.have.length(BENCH_RULES.ratios.length);
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
