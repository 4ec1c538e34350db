import { expect } from 'chai';
import { planOf } from './fault-plan.ts';
import { playCampaign, type RunResult, totalOf } from './lock-campaign.ts';

const RUNS = 20;

describe('locks under seeded faults', function () {
  this.timeout(120_000);

  it('plan the same faults for the same seed, and every kind among a few seeds', () => {
    expect(planOf(7)).to.deep.equal(planOf(7));
    const plans = Array.from({ length: RUNS }, (_, seed) => planOf(seed + 1));
    const kinds = new Set(plans.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect([...kinds]).to.have.length(8);
  });

  it('keep every promise in a few runs, as hundreds do in the whole campaign', async () => {
    const results: RunResult[] = [];
    const seeds = Array.from({ length: RUNS }, (_, index) => index + 1);
    await playCampaign(seeds, 2, (result) => results.push(result));
    const broken = results.flatMap(({ seed, broken: found }) =>
      found.map((what) => `seed ${seed}: ${what}`),
    );
    expect(broken).to.deep.equal([]);
    const total = totalOf(results);
    expect(total.runs).to.equal(RUNS);
    // Or the runs would prove nothing.
    expect(total.acquisitions).to.be.above(RUNS * 10);
    expect(total.faults).to.be.above(RUNS);
  });
});
