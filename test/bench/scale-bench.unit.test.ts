import { expect } from 'chai';
import { judgeScale, type Figure } from '../../bench/scale/scenario.ts';
import { scaleTable } from '../../bench/scale/scale-table.ts';
import { slopeOf } from '../../bench/scale/slope.ts';
import { summed } from '../../bench/scale/worker-group.ts';

const result = (...figures: Figure[]) => [{ name: 'growth', seconds: 1, samples: [], figures }];

describe('the verdicts of the benchmark of growth', () => {
  const holds = (figure: Partial<Figure>) =>
    judgeScale(result({ what: 'ratio', unit: '', value: 1, ...figure })).map((one) => one.holds);

  it('ask for the least or the most of a figure', () => {
    expect(holds({ value: 0.8, must: 0.8 })).to.deep.equal([true]);
    expect(holds({ value: 0.79, must: 0.8 })).to.deep.equal([false]);
    expect(holds({ value: 1.2, must: 1.2, atMost: true })).to.deep.equal([true]);
    expect(holds({ value: 1.21, must: 1.2, atMost: true })).to.deep.equal([false]);
  });

  it('ask nothing of a figure without a must', () => {
    expect(holds({ value: 7 })).to.deep.equal([]);
  });

  it('fail a figure that could not be found', () => {
    expect(holds({ value: Number.NaN, must: 1, atMost: true })).to.deep.equal([false]);
    expect(holds({ value: Number.NaN, must: 1 })).to.deep.equal([false]);
  });

  it('name the scenario', () => {
    const [verdict] = judgeScale(result({ what: 'ratio', unit: '', value: 1, must: 1 }));
    expect(verdict?.what).to.equal('growth: ratio');
  });
});

describe('the table of the benchmark of growth', () => {
  it('shows as many places as tell something', () => {
    const values = [5000, 1234.56, 12.345, 1.2345, 0.12345, -0.5];
    const table = scaleTable(result(...values.map((value) => ({ what: 'x', unit: 's', value }))));
    const shown = table.split('\n').map((line) => line.split(/ {2,}/)[2]);
    expect(shown).to.deep.equal(['value', '5,000', '1,235', '12.3', '1.23', '0.123', '-0.500']);
  });
});

describe('the slope of a line', () => {
  const line = (at: (x: number) => number) =>
    Array.from({ length: 20 }, (_, x) => ({ x, y: at(x) }));

  it('is exact without noise', () => {
    const { perUnit, error } = slopeOf(line((x) => 3 * x + 7));
    expect(perUnit).to.be.closeTo(3, 1e-9);
    expect(error).to.be.closeTo(0, 1e-6);
  });

  it('is within two errors of the truth when points go up and down', () => {
    const { perUnit, error } = slopeOf(line((x) => 0.5 * x + (x % 2 === 0 ? 1 : -1)));
    expect(error).to.be.greaterThan(0.01);
    expect(Math.abs(perUnit - 0.5)).to.be.at.most(2 * error);
  });

  it('has no error when there are too few points', () => {
    expect(slopeOf(line((x) => x).slice(0, 2)).error).to.be.NaN;
  });
});

describe('several workers that count as one', () => {
  it('have the sums of what each has counted', () => {
    const one = { type: 'stats', events: 3, batches: 1 };
    expect(summed([one, { type: 'stats', events: 4, batches: 2 }])).to.deep.equal({
      type: 'stats',
      events: 7,
      batches: 3,
    });
  });
});
