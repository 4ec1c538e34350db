import { expect } from 'chai';
import { SCENARIOS } from './crash-scenarios.ts';
import { sweepPage } from './sweep-page-text.ts';
import { violationsOf } from './sweep-report.ts';
import type { RunVerdict, SweepVerdict } from './sweep-run.ts';

const NAME = 'lock';
const POINTS = 8;

function calmWith(count: number): SweepVerdict['calm'] {
  const points = Array.from({ length: count }, (_, at) => {
    return { target: 'lock1', label: 'acquire', nth: at + 1 };
  });
  return [{ scenario: NAME, points, broken: [] }];
}

const good: RunVerdict = {
  scenario: NAME,
  n: 3,
  mode: 'kill-after',
  request: 'lock1: release (1)',
  broken: [],
  ms: 1,
};

describe('the report of the crash sweep', () => {
  it('has nothing to say of what went well', () => {
    expect(violationsOf(SCENARIOS, { calm: calmWith(POINTS), runs: [good] })).to.deep.equal([]);
  });

  it('tells of a run that went wrong, and how to play it again', () => {
    const bad = { ...good, broken: ['a unit is missing'] };
    const [violation, ...others] = violationsOf(SCENARIOS, { calm: [], runs: [good, bad] });
    expect(others).to.deep.equal([]);
    expect(violation?.what).to.equal('lock, point 3 (lock1: release (1)), kill-after');
    expect(violation?.broken).to.deep.equal(['a unit is missing']);
    expect(violation?.replay).to.equal(
      'npm run chaos:sweep -- --scenario lock --point 3 --mode kill-after',
    );
  });

  for (const count of [POINTS - 1, POINTS + 1, 0]) {
    it(`tells of a scenario with ${count} requests in place of ${POINTS}`, () => {
      const [violation] = violationsOf(SCENARIOS, { calm: calmWith(count), runs: [] });
      expect(violation?.broken[0]).to.match(new RegExp(`^${count} requests were numbered`));
    });
  }

  it('counts runs and violations on its page', () => {
    const bad = { ...good, broken: ['a unit is missing'] };
    const facts = { commit: '`abc`', day: '2026-01-01', machine: 'a machine', seconds: 7 };
    const verdict = { calm: calmWith(POINTS), runs: [good, bad] };
    const page = sweepPage(SCENARIOS, verdict, facts);
    expect(page).to.contain('**2 runs, 1 violations**, 7 s');
    expect(page).to.contain('| 8 | 1 | 2 | 1 |');
    expect(page).to.contain('- lock1: 1 acquire');
  });
});
