import { expect } from 'chai';
import { type FreshDatabase, freshDatabase } from '../../support/fresh-database.ts';
import { registersIn } from './database-register.ts';
import { KINDS, planOf } from './fault-plan.ts';
import { inMemory } from './fenced-register.ts';
import { playCampaign, type RunResult, seedsFrom, totalOf } from './lock-campaign.ts';

const RUNS = 20;

describe('locks under seeded faults', function () {
  this.timeout(120_000);
  let fresh: FreshDatabase;

  before(async () => {
    fresh = await freshDatabase({ migrate: false });
  });
  after(() => fresh.drop());

  it('plan the same faults for the same seed, and every kind among a few seeds', () => {
    expect(planOf(7)).to.deep.equal(planOf(7));
    const plans = seedsFrom(1, RUNS).map(planOf);
    const kinds = new Set(plans.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect([...kinds]).to.have.members([...KINDS]);
  });

  it('keep every promise in a few runs, as hundreds do in the whole campaign', async () => {
    const results: RunResult[] = [];
    const lanes = [{ register: inMemory }, { register: await registersIn(fresh.database) }];
    const tell = (result: RunResult) => results.push(result) > 0;
    await playCampaign({ seeds: seedsFrom(1, RUNS), lanes, tell });
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
