import { expect } from 'chai';
import { randomName } from '../../src/kernel/index.ts';
import { audit } from '../../src/saga/index.ts';
import { testServers } from '../support/environment.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { until } from '../support/until.ts';

const DEMO = 'src/app/run-demo.js';

describe('the demo', function () {
  this.timeout(60_000);
  let fresh: FreshDatabase;
  let fleet: ProcessFleet;
  before(async () => {
    fresh = await freshDatabase();
    const { redisUrl, lockUrls } = testServers();
    fleet = new ProcessFleet({
      HOLDFAST_DATABASE_URL: fresh.url,
      HOLDFAST_REDIS_URL: redisUrl,
      HOLDFAST_LOCK_URLS: lockUrls.join(','),
      HOLDFAST_QUEUE_PREFIX: `{${randomName(4)}}`,
    });
    await fleet.start('workers/all.js');
  });
  after(async () => {
    await fleet.stop();
    await fresh.drop();
  });

  it('goes as told, ends with 0, and can be played again on the same data', async () => {
    expect(await fleet.run(DEMO, '--once')).to.equal(0);
    await until(() => audit(fresh.database).then(({ balanced }) => balanced));
    expect(await fleet.run(DEMO, '--once')).to.equal(0);
  });

  it('sells until it is stopped, and leaves books that balance', async () => {
    const demo = await fleet.start(DEMO);
    const sold = async () => {
      const [row] = await fresh.database.rows<{ sold: string | null }>(
        'SELECT SUM(sold) AS sold FROM stock WHERE goods_id > 9100',
      );
      return Number(row?.sold ?? 0) > 20;
    };
    await until(sold, 30_000, 'traffic');
    const ended = new Promise((resolve) => demo.once('exit', resolve));
    demo.kill('SIGTERM');
    expect(await ended).to.equal(0);
    const { differences } = await audit(fresh.database);
    expect(differences).to.deep.equal([]);
  });
});
