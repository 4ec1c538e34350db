import { expect } from 'chai';
import {
  consoleTable,
  lookingCosts,
  lookingVerdicts,
  NONE,
  TEN,
} from '../../bench/console-costs.ts';
import type { Sample } from '../../bench/contender.ts';

/** Two seconds, with so many batches of five statements, and what consoles ask besides. */
function sample(batches: number, looking: number): Sample {
  const counts = { events: 10 * batches, lockRounds: batches, retries: 0 };
  const statements = 5 * batches + looking;
  return { orders: 1000, seconds: 2, cpu: null, batches: { batches, statements, ...counts } };
}

describe('what consoles cost in a benchmark', () => {
  const series = [
    { name: `waited${NONE}`, samples: [sample(100, 0), sample(80, 0), sample(90, 0)] },
    { name: `waited${TEN}`, samples: [sample(60, 80), sample(120, 90), sample(70, 400)] },
  ];

  it('is what is left of the statements when those of the saga are taken off', () => {
    expect(lookingCosts(series)).to.deep.equal([
      { load: 'waited', ordersPerSecond: 500, perSecond: 45 },
    ]);
    expect(consoleTable(series)).to.match(/waited +500 +45\.0 +0\.090/);
  });

  it('must not follow the orders', () => {
    const [verdict] = lookingVerdicts(series);
    expect(verdict).to.include({ value: 45, holds: true });
    const following = series.map(({ name, samples }) => ({
      name,
      samples: samples.map((one) => (name.endsWith(TEN) ? sample(60, one.orders) : one)),
    }));
    expect(lookingVerdicts(following)[0]).to.include({ value: 500, holds: false });
  });
});
