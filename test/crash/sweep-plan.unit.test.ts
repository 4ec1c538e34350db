import { expect } from 'chai';
import { SCENARIOS } from './crash-scenarios.ts';
import { partOfDay, plannedRuns, sampleOf } from './sweep-plan.ts';
import { MODES } from './wire-tap.ts';

describe('the plan of the crash sweep', () => {
  const nameOf = ({ scenario, n, mode }: ReturnType<typeof plannedRuns>[number]) =>
    `${scenario.name} ${n} ${mode}`;
  const whole = plannedRuns(SCENARIOS, {}).map(nameOf);

  it('strikes every point of every scenario in every way, once', () => {
    const points = SCENARIOS.reduce((sum, scenario) => sum + scenario.points, 0);
    expect(whole).to.have.length(points * MODES.length);
    expect(new Set(whole).size).to.equal(whole.length);
  });

  it('plays all of it in as many following days as there are parts', () => {
    const days = Array.from({ length: 17 }, (_, day) => 20_000 + day);
    const played = days.flatMap((day) =>
      plannedRuns(SCENARIOS, { sample: partOfDay(day, days.length) }).map(nameOf),
    );
    expect(played.toSorted()).to.deep.equal(whole.toSorted());
  });

  it('plays one run again', () => {
    const again = plannedRuns(SCENARIOS, { scenario: 'cancel', point: 2, mode: 'stall' });
    expect(again.map(nameOf)).to.deep.equal(['cancel 2 stall']);
  });

  it('knows nothing that there is not', () => {
    expect(plannedRuns(SCENARIOS, { scenario: 'none' })).to.deep.equal([]);
    expect(plannedRuns(SCENARIOS, { mode: 'none' })).to.deep.equal([]);
  });

  it('reads parts, and refuses what is none', () => {
    expect(sampleOf('3/20')).to.deep.equal({ part: 3, of: 20 });
    for (const wrong of ['0/3', '4/3', '3', 'a/b', '1/2/3']) {
      expect(() => sampleOf(wrong), wrong).to.throw('K/N');
    }
  });
});
