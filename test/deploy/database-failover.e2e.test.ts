import { expect } from 'chai';
import { randomName } from '../../src/kernel/index.ts';
import { type Database, migrateUp, openDatabase } from '../../src/mysql/index.ts';
import { openQueues } from '../../src/queues/index.ts';
import { connectRedis } from '../../src/redis/index.ts';
import { audit } from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { testServers } from '../support/environment.ts';
import { LineSwitch } from '../support/line-switch.ts';
import { PatientProducer } from '../support/patient-producer.ts';
import { PrivateDatabase } from '../support/private-database.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';

const mariadb = { found: programOnPath('mariadbd'), packages: 'mariadb-server-core' };
const GOODS = 7;
const LOGGED = ['--log-bin', '--binlog-format=ROW', '--log-slave-updates', '--gtid-strict-mode=ON'];
/** An answer to a commit says that the replica has it. */
const SURE = [
  '--rpl-semi-sync-master-enabled=ON',
  '--rpl-semi-sync-master-wait-point=AFTER_SYNC',
  '--rpl-semi-sync-master-timeout=60000',
];

/** The commands of docs/how-to/fail-over-the-database.md, under load. */
describeWith(mariadb, 'the primary of the database hands over', function (command) {
  this.timeout(180_000);
  let primary: PrivateDatabase;
  let replica: PrivateDatabase;
  let front: LineSwitch;
  let frontUrl: string;
  let producer: PatientProducer;
  /** What is to be ended, the last first. */
  const ending: (() => Promise<unknown>)[] = [];

  const reader = (server: PrivateDatabase): Database => {
    const database = openDatabase({ url: server.url(), logger: silentLogger });
    ending.push(() => database.close());
    return database;
  };

  const started = async (args: readonly string[]): Promise<PrivateDatabase> => {
    const server = await PrivateDatabase.start(command, args);
    ending.push(() => server.stop());
    return server;
  };

  beforeEach(async () => {
    const copies = ['--server-id=2', '--read-only', '--rpl-semi-sync-slave-enabled=ON'];
    primary = await started([...LOGGED, ...SURE, '--server-id=1']);
    replica = await started([...LOGGED, ...copies]);
    await replica.follow(primary);
    await migrateUp({ url: primary.url(), logger: silentLogger });
    await sagaOver(reader(primary)).restock(GOODS, 100_000);
    front = new LineSwitch(primary.port);
    ending.push(() => front.close());
    frontUrl = primary.url(await front.listen());
    const { redisUrl, lockUrls } = testServers();
    const prefix = `{${randomName(6)}}`;
    const fleet = new ProcessFleet({
      HOLDFAST_DATABASE_URL: frontUrl,
      HOLDFAST_REDIS_URL: redisUrl,
      HOLDFAST_LOCK_URLS: lockUrls.join(','),
      HOLDFAST_LOCK_PREFIX: `lock:${randomName(6)}:`,
      HOLDFAST_QUEUE_PREFIX: prefix,
    });
    // It was never restarted, and still stops when told.
    ending.push(async () => expect(await fleet.stop()).to.deep.equal([0]));
    await fleet.start('workers/all.js');
    const connection = connectRedis(redisUrl, 'producer', { logger: silentLogger, name: 'test' });
    const queues = openQueues({ connection, prefix, onError: () => undefined });
    await queues.ready(5000);
    producer = new PatientProducer({ queues, database: reader(primary), goodsId: GOODS });
    ending.push(() => producer.close());
    producer.start();
    await until(() => producer.reserved >= 20, 30_000, 'orders before');
  });
  afterEach(async () => {
    for (const end of ending.splice(0).toReversed()) await end();
  });

  const promote = async (): Promise<void> => {
    await replica.asked(async (sql) => {
      await sql.write('STOP SLAVE');
      await sql.write('RESET SLAVE ALL');
      await sql.write('SET GLOBAL read_only = 0');
    });
    front.target = replica.port;
  };

  const expectAllPaid = async (): Promise<void> => {
    const since = producer.mark();
    const before = producer.sent;
    const database = reader(replica);
    producer.goOnWith(database);
    await until(() => producer.reservedSince(since) > 0, 60_000, 'orders afterwards');
    expect(producer.sent).to.be.greaterThan(before);
    await producer.finish(60_000);
    const [row] = await database.rows<{ orders: number; paid: number; sold: number }>(
      `SELECT (SELECT COUNT(*) FROM orders) AS orders,
         (SELECT COUNT(*) FROM payments WHERE state = 'applied') AS paid,
         (SELECT sold FROM stock WHERE goods_id = ?) AS sold`,
      [GOODS],
    );
    const { sent } = producer;
    expect({ ...row }).to.deep.equal({ orders: sent, paid: sent, sold: sent });
    expect((await audit(database)).balanced).to.equal(true);
  };

  /** What had been answered before must be there without being sent again. */
  const answered = async (server: PrivateDatabase): Promise<number> =>
    await server.asked(async (sql) => {
      const text = "SELECT COUNT(*) AS n FROM holdfast.movements WHERE kind = 'reserve'";
      return (await sql.rows<{ n: number }>(text))[0]?.n ?? 0;
    });

  it('by plan, and keeps the old lines open: workers leave them, and go on', async () => {
    const at = await primary.asked(async (sql) => {
      await sql.write('SET GLOBAL read_only = 1');
      return (await sql.rows<{ at: string }>('SELECT @@gtid_binlog_pos AS at'))[0]?.at ?? '';
    });
    const kept = await answered(primary);
    const through = openDatabase({ url: frontUrl, logger: silentLogger, poolSize: 1 });
    ending.push(() => through.close());
    const write = async () =>
      await through.write('UPDATE stock SET goods_id = goods_id WHERE goods_id = ?', [GOODS]);
    const refused = await write().catch((error: unknown) => error);
    expect(refused).to.have.property('details').that.includes({ failure: 'unavailable' });
    await replica.asked(async (sql) => {
      const has = async () => (await sql.rows<{ at: string }>('SELECT @@gtid_slave_pos AS at'))[0];
      await until(async () => (await has())?.at === at, 30_000, 'the end of its log');
    });
    expect(await answered(replica)).to.equal(kept);
    await promote();
    expect(await write(), 'the very next write').to.equal(1);
    await expectAllPaid();
  });

  it('by dying: what it had answered is on the replica', async () => {
    const seen = producer.reserved;
    await primary.kill();
    await replica.asked(async (sql) => {
      await sql.write('STOP SLAVE IO_THREAD');
      await until(() => hasRelayedAll(sql), 30_000, 'what it had received');
    });
    expect(await answered(replica)).to.be.at.least(seen);
    await promote();
    await expectAllPaid();
  });
});

async function hasRelayedAll(sql: Database): Promise<boolean> {
  const [status] = await sql.rows<{ Slave_SQL_Running_State: string }>('SHOW SLAVE STATUS');
  return (status?.Slave_SQL_Running_State ?? '').includes('has read all relay log');
}
