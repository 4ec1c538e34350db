import { expect } from 'chai';
import { totalOf, seedsOf } from './chaos-campaign.ts';
import { FAULTS, type FaultKind, faultsOf } from './nemesis-plan.ts';
import { FULL_SIZE } from './play-seed.ts';
import { workloadOf } from './workload-plan.ts';

const SEEDS = seedsOf('1-20');

describe('the plan of a storm', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(workloadOf(7, FULL_SIZE)).to.deep.equal(workloadOf(7, FULL_SIZE));
    expect(faultsOf(7, FULL_SIZE)).to.deep.equal(faultsOf(7, FULL_SIZE));
    expect(faultsOf(7, FULL_SIZE)).not.to.deep.equal(faultsOf(8, FULL_SIZE));
  });

  it('has the same faults and orders on a machine that is slow, further apart', () => {
    const slow = { ...FULL_SIZE, lengthMs: FULL_SIZE.lengthMs * 3, meanGapMs: 570 };
    expect(workloadOf(7, slow).orders).to.be.closeTo(workloadOf(7, FULL_SIZE).orders, 8);
    expect(faultsOf(7, slow).length).to.be.closeTo(faultsOf(7, FULL_SIZE).length, 12);
  });

  it('brings what a campaign of a hundred seeds is meant to show', () => {
    const all = SEEDS.map((seed) => faultsOf(seed, FULL_SIZE));
    for (const faults of all) {
      const count = (...kinds: readonly FaultKind[]) =>
        faults.filter(({ kind }) => kinds.includes(kind)).length;
      expect(count('worker-kill', 'api-kill')).to.be.at.least(5);
      expect(count('database-crash')).to.be.at.least(1);
    }
    const mean = all.reduce((sum, { length }) => sum + length, 0) / all.length;
    expect(mean).to.be.within(55, 90);
    const kinds = new Set(all.flat().map(({ kind }) => kind));
    expect([...kinds].toSorted()).to.deep.equal(Object.keys(FAULTS).toSorted());
  });

  it('asks for at least 500 orders in every way there is', () => {
    for (const seed of SEEDS) {
      const { steps, orders } = workloadOf(seed, FULL_SIZE);
      expect(orders).to.be.at.least(500);
      const doors = new Set(steps.flatMap((step) => ('door' in step ? [step.door] : [])));
      expect(doors.size).to.equal(5);
    }
  });

  it('is named by numbers and ranges', () => {
    expect(seedsOf('1-3,9')).to.deep.equal([1, 2, 3, 9]);
    expect(() => seedsOf('9-1')).to.throw('allowed is');
    expect(() => seedsOf('x')).to.throw('allowed is');
  });
});

describe('the total of a campaign', () => {
  it('names what was never met, and how much so many seeds say', () => {
    const { never, bound } = totalOf([]);
    expect(never).to.include.members(['deadlocks', 'stale fence refused']);
    expect(bound).to.equal(3);
  });
});
