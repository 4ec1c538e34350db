import { expect } from 'chai';
import { systemClock } from '../../src/kernel/index.ts';
import { crashSweepDay } from '../support/environment.ts';
import { SCENARIOS } from './crash-scenarios.ts';
import { partOfDay, plannedRuns } from './sweep-plan.ts';
import { violationsOf } from './sweep-report.ts';
import { sweepCrashes, type SweepVerdict } from './sweep-run.ts';

const DAY_MS = 24 * 3600 * 1000;
/** So many days are a whole sweep; each of them takes about a minute. */
const PARTS = 20;

describe('a process that fails at a request, and everybody after it', function () {
  this.timeout(600_000);
  const day = crashSweepDay() ?? Math.floor(systemClock.wallMs() / DAY_MS);
  const sample = partOfDay(day, PARTS);
  const runs = plannedRuns(SCENARIOS, { sample });
  let verdict: SweepVerdict;
  before(async () => {
    verdict = await sweepCrashes({ runs, scenarios: SCENARIOS, lanes: 2 });
  });

  for (const { name, points } of SCENARIOS) {
    it(`${name} asks its servers ${points} times`, () => {
      const calm = verdict.calm.find(({ scenario }) => scenario === name);
      const asked = calm?.points.map(({ target, label, nth }) => `${target} ${label} ${nth}`);
      expect(asked, asked?.join('\n')).to.have.length(points);
    });
  }

  it(`breaks no promise: part ${sample.part} of ${PARTS}, CRASH_SWEEP_DAY=${day}`, () => {
    expect(verdict.runs).to.have.length(runs.length);
    expect(violationsOf(SCENARIOS, verdict)).to.deep.equal([]);
  });
});
