import { expect } from 'chai';
import { HalfLoad } from '../../bench/half-load.ts';

describe('half load', () => {
  it('is half of what the contender last came to', async () => {
    const load = new HalfLoad();
    let seconds = 1;
    const contender = load.of({
      name: 'saga hot',
      size: 'preloaded',
      measure: async (orders) => ({ orders, seconds, cpu: null }),
    });
    await contender.measure(3000);
    expect(load.perSecond).to.equal(1500);
    seconds = 2;
    expect(await contender.measure(3000)).to.include({ orders: 3000, seconds: 2 });
    expect(load.perSecond).to.equal(750);
  });
});
