import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { present } from '../../src/kernel/index.ts';
import { CHAOS_MUTANTS } from './chaos-mutants.ts';
import { openSite, type ChaosSite } from './chaos-site.ts';
import { huntMutant } from './hunt-mutant.ts';
import { playSeed, SHORT_SIZE } from './play-seed.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The campaign itself is `npm run chaos`; this holds that it can be played, and what it says. */
describe('a short campaign of faults', function () {
  this.timeout(300_000);
  let site: ChaosSite;
  before(async () => {
    site = await openSite();
  });
  after(() => site.close());

  for (const seed of [1, 2]) {
    it(`breaks no promise with seed ${seed}`, async () => {
      const { result } = await playSeed({ seed, size: SHORT_SIZE, site, root: ROOT });
      expect(result.broken).to.deep.equal([]);
      // The rest is what a failing part refused: how many that are depends on the machine.
      expect(result.orders).to.be.at.least(SHORT_SIZE.orders / 2);
      expect(result.kills).to.be.at.least(1);
      expect(Object.keys(result.faults).length).to.be.at.least(6);
      expect(result.sometimes['unknown answers']).to.be.at.least(1);
    });
  }

  it('notices a system that reserves an order again when it is told of it again', async () => {
    const mutant = present(
      CHAOS_MUTANTS.find(({ name }) => name === 'reserved-again'),
      'mutant',
    );
    const { signal } = new AbortController();
    const seeds = [1, 2, 3];
    const hunt = { mutant, seeds, lanes: 1, size: SHORT_SIZE, root: ROOT, signal };
    expect((await huntMutant(hunt)).seed).to.be.a('number');
  });
});
