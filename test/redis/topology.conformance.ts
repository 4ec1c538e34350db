import { expect } from 'chai';
import { randomName } from '../../src/kernel/index.ts';
import { openQueues } from '../../src/queues/index.ts';
import { connectRedis, readReplication, whenReady } from '../../src/redis/index.ts';
import { audit } from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { testServers } from '../support/environment.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { PatientProducer } from '../support/patient-producer.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import type { Topology } from '../support/redis-topologies.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';

const GOODS = 7;
const FLOWS_AGAIN = { killed: 10_000, frozen: 15_000 };
/** Where nobody takes over, the same server is back after so long. */
const AWAY_MS = 2000;

/** What orders may expect of the queue Redis, however it is run. */
export function describesTopology(name: string, start: () => Promise<Topology>): void {
  describe(`the queues on ${name}`, function () {
    this.timeout(90_000);
    const tag = `top-${randomName(4)}`;
    let topology: Topology;
    let fresh: FreshDatabase;
    let fleet: ProcessFleet;
    let producer: PatientProducer;

    before(async () => {
      topology = await start();
    });
    after(() => topology.stop());

    beforeEach(async () => {
      fresh = await freshDatabase();
      await sagaOver(fresh.database).restock(GOODS, 100_000);
      fleet = new ProcessFleet({
        HOLDFAST_DATABASE_URL: fresh.url,
        HOLDFAST_REDIS_URL: topology.url,
        HOLDFAST_LOCK_URLS: testServers().lockUrls.join(','),
        HOLDFAST_LOCK_PREFIX: `lock:${randomName(6)}:`,
        HOLDFAST_QUEUE_PREFIX: `{${tag}}`,
      });
      await fleet.start('workers/all.js');
      const connection = connectRedis(topology.url, 'producer', {
        logger: silentLogger,
        name: 'test-producer',
      });
      const queues = openQueues({ connection, prefix: `{${tag}}`, onError: () => undefined });
      await queues.ready(5000);
      producer = new PatientProducer({ queues, database: fresh.database, goodsId: GOODS });
    });

    afterEach(async () => {
      await producer.close();
      const codes = await fleet.stop();
      await fresh.drop();
      expect(codes).to.deep.equal([0]);
    });

    /** Everything sent was decided and paid for, once. */
    const expectAllPaid = async (): Promise<void> => {
      await producer.finish(30_000);
      const [row] = await fresh.database.rows<{ orders: number; paid: number; sold: number }>(
        `SELECT (SELECT COUNT(*) FROM orders) AS orders,
           (SELECT COUNT(*) FROM payments WHERE state = 'applied') AS paid,
           (SELECT sold FROM stock WHERE goods_id = ?) AS sold`,
        [GOODS],
      );
      const { sent } = producer;
      expect({ ...row }).to.deep.equal({ orders: sent, paid: sent, sold: sent });
      expect((await audit(fresh.database)).balanced).to.equal(true);
    };

    it('carries orders from placed to paid, and names who has the data', async () => {
      producer.start();
      await until(() => producer.reserved >= 20, 10_000);
      await expectAllPaid();
      const client = connectRedis(topology.url, 'producer', { logger: silentLogger, name: 'look' });
      await whenReady(client, 3000);
      const { role, master, replicas, noEviction } = await readReplication(client);
      client.disconnect();
      expect({ role, noEviction }).to.deep.equal({ role: 'master', noEviction: true });
      expect(master).to.include(String((await topology.masterOf(tag)).port));
      expect(replicas).to.have.length(topology.replicas);
    });

    for (const fault of ['killed', 'frozen'] as const) {
      it(`flows again in time after the master was ${fault}, and loses nothing`, async () => {
        producer.start();
        await until(() => producer.reserved >= 20, 10_000);
        const master = await topology.masterOf(tag);
        if (fault === 'killed') await master.kill();
        else master.freeze();
        const since = producer.mark();
        const back = topology.failsOver
          ? Promise.resolve()
          : producer.lasting(AWAY_MS).then(() => bringBack(fault, master));
        await until(() => producer.reservedSince(since) > 0, FLOWS_AGAIN[fault] + 10_000);
        expect(producer.msSince(since)).to.be.at.most(FLOWS_AGAIN[fault]);
        await back;
        if (topology.failsOver) await bringBack(fault, master);
        await expectAllPaid();
      });
    }
  });
}

async function bringBack(
  fault: 'killed' | 'frozen',
  server: { thaw(): void; start(): Promise<void> },
): Promise<void> {
  if (fault === 'frozen') server.thaw();
  else await server.start();
}
