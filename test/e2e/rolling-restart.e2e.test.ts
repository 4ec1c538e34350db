import { expect } from 'chai';
import { present, randomName } from '../../src/kernel/index.ts';
import { audit } from '../../src/saga/index.ts';
import { testServers } from '../support/environment.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import { SteadyLoad } from '../support/steady-load.ts';

const TOKEN = 'producer-of-the-rolling-restart';
const PER_SECOND = 40;
const RESTARTS = 3;

describe('a rolling restart of the workers', function () {
  this.timeout(150_000);
  let fresh: FreshDatabase;
  let fleet: ProcessFleet;

  beforeEach(async () => {
    fresh = await freshDatabase();
    await sagaOver(fresh.database).restock(7, 100_000);
    const { redisUrl, lockUrls } = testServers();
    fleet = new ProcessFleet({
      HOLDFAST_DATABASE_URL: fresh.url,
      HOLDFAST_REDIS_URL: redisUrl,
      HOLDFAST_LOCK_URLS: lockUrls.join(','),
      HOLDFAST_LOCK_PREFIX: `lock:${randomName(4)}:`,
      HOLDFAST_QUEUE_PREFIX: `{${randomName(4)}}`,
      HOLDFAST_HTTP_PORT: '0',
      HOLDFAST_GRPC_PORT: '0',
      HOLDFAST_PRODUCER_TOKENS: TOKEN,
    });
  });
  afterEach(async () => {
    const codes = await fleet.stop();
    await fresh.drop();
    expect(codes.every((code) => code === 0)).to.equal(true);
  });

  it('fails no order, and doubles none', async () => {
    const api = await fleet.start('src/cli/main.js', 'api');
    const url = String(fleet.saidBy(api)['httpUrl']);
    let workers = [await fleet.start('workers/all.js'), await fleet.start('workers/all.js')];
    let restarting = true;
    const place = async (orderId: string): Promise<number> => {
      const response = await fetch(`${url}/v1/orders?wait=10s`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ orderId, lines: [{ goodsId: 7, quantity: 1 }] }),
      });
      await response.arrayBuffer();
      return response.status;
    };
    const loads: SteadyLoad[] = [];
    const loading = (async () => {
      while (restarting) {
        const load = new SteadyLoad({
          name: `l${loads.length}`,
          perSecond: PER_SECOND,
          forMs: 1000,
          place,
        });
        loads.push(load);
        await load.done;
      }
    })();
    for (let turn = 0; turn < RESTARTS; turn += 1) {
      const [old, ...others] = workers;
      // The new one is there before the old one goes, as an orchestrator does it.
      const next = await fleet.start('workers/all.js');
      const gone = new Promise((resolve) => present(old, 'an old worker').once('exit', resolve));
      old?.kill('SIGTERM');
      expect(await gone, 'how the old one ended').to.equal(0);
      workers = [...others, next];
    }
    restarting = false;
    await loading;
    const sent = loads.flatMap((load) => load.sent);
    expect(sent.length).to.be.greaterThan(PER_SECOND);
    expect(sent.filter(({ status }) => status !== 201)).to.deep.equal([]);
    const [row] = await fresh.database.rows<{ reserved: number; held: number }>(
      `SELECT (SELECT COUNT(*) FROM orders WHERE state = 'reserved') AS reserved,
        (SELECT held FROM stock WHERE goods_id = 7) AS held`,
    );
    expect({ ...row }).to.deep.equal({ reserved: sent.length, held: sent.length });
    expect((await audit(fresh.database)).balanced).to.equal(true);
  });
});
