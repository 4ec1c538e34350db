import { expect } from 'chai';
import { present } from '../../../src/kernel/index.ts';
import { seedsFrom } from './lock-campaign.ts';
import { MUTANTS } from './lock-mutants.ts';
import { huntMutant } from './mutant-hunt.ts';

/** Those that nearly every run finds out; the others are left to `npm run chaos:locks`. */
const PLAIN = ['counter-unkept', 'release-any', 'untold'];

describe('locks that were spoilt on purpose', function () {
  this.timeout(60_000);

  for (const name of PLAIN) {
    it(`are found out by the campaign: ${name}`, async () => {
      const mutant = present(
        MUTANTS.find((one) => one.name === name),
        name,
      );
      const caught = await huntMutant({
        mutant,
        seeds: seedsFrom(1, 40),
        lanes: 2,
        firstOnly: true,
      });
      expect(caught).to.not.be.empty;
    });
  }
});
