import { expect } from 'chai';
import { backoffMs } from '../../src/kernel/index.ts';

const SPAN = { firstMs: 10, capMs: 100 };
const waits = (random: number) =>
  [0, 1, 2, 3, 4, 5, 500].map((attempt) => backoffMs(attempt, SPAN, () => random));

describe('the wait before another attempt', () => {
  it('doubles up to the cap', () => {
    expect(waits(1)).to.deep.equal([10, 20, 40, 80, 100, 100, 100]);
  });

  it('is never shorter than half of that, whatever chance says', () => {
    expect(waits(0)).to.deep.equal([5, 10, 20, 40, 50, 50, 50]);
  });

  it('counts an attempt before the first as the first', () => {
    expect(backoffMs(-3, SPAN, () => 1)).to.equal(10);
  });
});
