import { expect } from 'chai';
import { MEASUREMENTS } from './every-measurement.ts';
import { boundOf, type Figure, holds } from './figure.ts';
import { figuresPage, isKept, type Measured } from './figures-page.ts';

const late: Figure = { what: 'late', value: 1200, unit: 'ms', atMost: 1000 };
const measured = (...figures: readonly Figure[]): Measured => ({
  id: 'G4',
  promise: 'they come back',
  seconds: 1,
  figures,
});

describe('a figure', () => {
  it('holds within its bounds, and without any', () => {
    expect(holds({ ...late, value: 1000 })).to.equal(true);
    expect(holds(late)).to.equal(false);
    expect(holds({ what: 'orders', value: 9, unit: '', atLeast: 10 })).to.equal(false);
    expect(holds({ what: 'told', value: 7, unit: 'ms' })).to.equal(true);
    expect(boundOf({ ...late, atLeast: 3 })).to.equal('at least 3, at most 1000 ms');
  });

  it('that was not measured does not hold', () => {
    expect(holds({ what: 'told', value: Number.NaN, unit: 'ms' })).to.equal(false);
    expect(holds({ ...late, value: Number.NaN })).to.equal(false);
    expect(isKept(measured())).to.equal(false);
    expect(isKept({ ...measured(), failure: 'no server' })).to.equal(false);
  });
});

describe('the page of the figures', () => {
  const facts = { commit: 'abc', machine: 'a machine', minutes: 3 };

  it('says what is broken and what could not be measured', () => {
    const page = figuresPage(facts, [
      measured(late),
      { ...measured(), failure: 'no server\nat x' },
    ]);
    expect(page).to.contain('| late | 1200 ms | at most 1000 ms | **broken** |');
    expect(page).to.contain('**Could not be measured**: no server\n');
  });

  it('has a chapter for each promise that is measured', () => {
    const ids = MEASUREMENTS.map(({ id }) => id);
    expect(ids).to.deep.equal(['G4', 'G5', 'G6', 'G7', 'G8', 'G9', 'G12', 'G13', 'G14']);
  });
});
