import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type ChaosSite, openSite } from '../chaos/chaos-site.ts';
import { holds } from './figure.ts';
import { measuredIn } from './measured-system.ts';
import { staleHolders } from './stale-holders.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** All of them are `npm run guarantees`; this holds that they can be measured. */
describe('figures of the guarantees', function () {
  this.timeout(90_000);
  let site: ChaosSite;
  before(async () => {
    site = await openSite();
  });
  after(() => site.close());

  it('are kept where a holder of a lock that has ended wakes up and writes', async () => {
    const place = { site, root: ROOT };
    const figures = await measuredIn(place, { skewsMs: [], api: false }, (system) =>
      staleHolders(system, place, 2),
    );
    expect(figures.filter((figure) => !holds(figure))).to.deep.equal([]);
    expect(figures.map(({ what, value }) => [what, value])).to.deep.equal([
      ['two holders at once', 20],
      ['times the older one was refused', 20],
      ['stale writes', 0],
      ['differences in the books', 0],
    ]);
  });
});
