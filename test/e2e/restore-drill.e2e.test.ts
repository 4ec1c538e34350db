import { expect } from 'chai';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomName } from '../../src/kernel/index.ts';
import { openQueues } from '../../src/queues/index.ts';
import { connectRedis } from '../../src/redis/index.ts';
import { audit } from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { testServers } from '../support/environment.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { PatientProducer } from '../support/patient-producer.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';

const dump = { found: programOnPath('mariadb-dump'), packages: 'mariadb-client' };
const UNPAID = 20;

/** The commands of docs/how-to/back-up-and-restore.md, under load. */
describeWith(dump, 'a database that was lost and restored', function (command) {
  this.timeout(120_000);
  let fresh: FreshDatabase;
  let folder: string;
  let fleet: ProcessFleet;
  let settings: Record<string, string>;
  let producer: PatientProducer | undefined;
  const prefix = `{restore-${randomName(4)}}`;

  beforeEach(async () => {
    fresh = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'holdfast-restore-'));
    await sagaOver(fresh.database).restock(7, 100_000);
    const { redisUrl, lockUrls } = testServers();
    settings = {
      HOLDFAST_REDIS_URL: redisUrl,
      HOLDFAST_LOCK_URLS: lockUrls.join(','),
      HOLDFAST_LOCK_PREFIX: `lock:${randomName(4)}:`,
      HOLDFAST_QUEUE_PREFIX: prefix,
    };
    fleet = new ProcessFleet({ ...settings, HOLDFAST_DATABASE_URL: fresh.url });
  });
  afterEach(async () => {
    await producer?.close();
    await fleet.stop();
    await fresh.drop();
    await rm(folder, { recursive: true, force: true });
  });

  /** How the client programs find the server of the tests. */
  const access = (): string[] => {
    const { hostname, port, username, password, pathname } = new URL(fresh.url);
    const where = [`--host=${hostname}`, `--port=${port}`, `--user=${username}`];
    return [...where, `--password=${decodeURIComponent(password)}`, pathname.slice(1)];
  };

  /** Into a new database, as on a new server: no connection of the old one is of use. */
  const loseAndRestore = async (file: string): Promise<void> => {
    await fresh.drop();
    fresh = await freshDatabase({ migrate: false });
    const client = spawn(programOnPath('mariadb') ?? '', access(), {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    createReadStream(file).pipe(client.stdin);
    const [code] = (await once(client, 'exit')) as [number | null];
    expect(code).to.equal(0);
  };

  it('balances, moves on what is due, and hears the rest from producers', async () => {
    const connection = connectRedis(testServers().redisUrl, 'producer', {
      logger: silentLogger,
      name: 'test-restore',
    });
    const queues = openQueues({ connection, prefix, onError: () => undefined });
    await queues.ready(5000);
    await fleet.start('workers/all.js');
    const lines = [{ goodsId: 7, quantity: 1 }];
    const unpaid = Array.from({ length: UNPAID }, (_, index) => ({
      orderId: `unpaid-${index}`,
      lines,
      holdSeconds: 3,
    }));
    await queues.add('order-placed', unpaid);
    producer = new PatientProducer({ queues, database: fresh.database, goodsId: 7 });
    producer.start();
    await until(() => (producer?.reserved ?? 0) >= 20, 15_000);

    const file = join(folder, 'backup.sql');
    await promisify(execFile)(command, [
      '--single-transaction',
      '--quick',
      `--result-file=${file}`,
      ...access(),
    ]);
    const before = producer.reserved;
    await until(() => (producer?.reserved ?? 0) >= before + 20, 15_000);
    await fleet.stop();
    await loseAndRestore(file);

    const restored = await audit(fresh.database);
    expect(restored.balanced).to.equal(true);
    expect(restored.orders).to.be.lessThan(producer.sent + UNPAID);
    producer.goOnWith(fresh.database);
    fleet = new ProcessFleet({ ...settings, HOLDFAST_DATABASE_URL: fresh.url });
    await fleet.start('workers/all.js');
    await producer.finish(30_000);
    await until(async () => (await expired()) === UNPAID, 15_000);
    const [row] = await fresh.database.rows<{ held: number; sold: number }>(
      'SELECT held, sold FROM stock WHERE goods_id = 7',
    );
    expect({ ...row }).to.deep.equal({ held: 0, sold: producer.sent });
    expect((await audit(fresh.database)).balanced).to.equal(true);
  });

  const expired = async (): Promise<number> => {
    const [row] = await fresh.database.rows<{ expired: number }>(
      "SELECT COUNT(*) AS expired FROM orders WHERE state = 'expired'",
    );
    return row?.expired ?? 0;
  };
});
