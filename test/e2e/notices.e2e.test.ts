import { expect } from 'chai';
import { randomName } from '../../src/kernel/index.ts';
import type { Sql } from '../../src/mysql/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { NoticeReceiver } from '../support/notice-receiver.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';

const ORDERS = 200;
const STOCK = 80;

/** Two worker processes that deliver, and a receiver that is away at first. */
describe('notices of a sale during which every Redis forgets everything', function () {
  this.timeout(120_000);
  let fresh: FreshDatabase;
  let redis: RedisNodes;
  let receiver: NoticeReceiver;
  let settings: Record<string, string>;
  let workers: ProcessFleet;

  before(async () => {
    fresh = await freshDatabase();
    redis = await startRedisNodes(6, ['--maxmemory-policy', 'noeviction']);
    receiver = await NoticeReceiver.open();
    const [queueUrl = '', ...lockUrls] = redis.urls;
    settings = {
      HOLDFAST_DATABASE_URL: fresh.url,
      HOLDFAST_REDIS_URL: queueUrl,
      HOLDFAST_LOCK_URLS: lockUrls.join(','),
      HOLDFAST_QUEUE_PREFIX: `{${randomName(4)}}`,
      HOLDFAST_NOTICE_URL: receiver.url,
      HOLDFAST_NOTICE_SECRETS: 'a-secret-that-both-sides-know',
      HOLDFAST_SWEEP_MS: '200',
    };
    await sagaOver(fresh.database).restock(7, STOCK);
    workers = new ProcessFleet(settings);
    await Promise.all([workers.start('workers/all.js'), workers.start('workers/all.js')]);
  });
  after(async () => {
    const codes = await workers.stop();
    await receiver.goAway();
    await redis.stop();
    await fresh.drop();
    expect(codes).to.deep.equal([0, 0]);
  });

  const feed = async () => {
    const producer = new ProcessFleet(settings);
    const [url = '', prefix = ''] = [
      settings['HOLDFAST_REDIS_URL'],
      settings['HOLDFAST_QUEUE_PREFIX'],
    ];
    const about = ['orders', '0', String(ORDERS), '900', ''];
    expect(await producer.run('test/e2e/stand-ins/plain-producer.js', url, prefix, ...about)).equal(
      0,
    );
  };
  const count = async (sql: Sql, text: string) => {
    const [row] = await sql.rows<{ n: number }>(text);
    return row?.n ?? 0;
  };

  it('are all delivered, and each once', async () => {
    const { database } = fresh;
    await receiver.goAway();
    await feed();
    await redis.flush();
    await receiver.comeBack();
    await feed();
    const decided = "SELECT COUNT(*) AS n FROM orders WHERE state IN ('reserved', 'rejected')";
    await until(async () => (await count(database, decided)) === ORDERS, 60_000, 'the decisions');
    const waiting = "SELECT COUNT(*) AS n FROM notices WHERE state <> 'delivered'";
    await until(async () => (await count(database, waiting)) === 0, 30_000, 'the delivery');
    const kinds = receiver.told.map(({ kind }) => kind);
    const times = (kind: string) => kinds.filter((one) => one === kind).length;
    expect([times('order.reserved'), times('order.rejected'), times('stock.out')]).to.deep.equal([
      STOCK,
      ORDERS - STOCK,
      1,
    ]);
    expect(new Set(receiver.told.map(({ id }) => id)).size).to.equal(receiver.told.length);
  });
});
