import { expect } from 'chai';
import { randomName } from '../../src/kernel/index.ts';
import { audit } from '../../src/saga/index.ts';
import type { Sql } from '../../src/mysql/index.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

const ORDERS = 1000;
const STOCK = 400;
const PRODUCERS = 4;
const HOLD_SECONDS = 12;

/** The whole system as separate processes, on Redis servers of its own that a test may flush. */
describe('a flash sale fed by plain producers', () => {
  let fresh: FreshDatabase;
  let redis: RedisNodes;
  let settings: Record<string, string>;
  let workers: ProcessFleet;

  beforeEach(async function () {
    this.timeout(20_000);
    fresh = await freshDatabase();
    redis = await startRedisNodes(6, ['--maxmemory-policy', 'noeviction']);
    const [queueUrl = '', ...lockUrls] = redis.urls;
    settings = {
      HOLDFAST_DATABASE_URL: fresh.url,
      HOLDFAST_REDIS_URL: queueUrl,
      HOLDFAST_LOCK_URLS: lockUrls.join(','),
      HOLDFAST_QUEUE_PREFIX: `{${randomName(4)}}`,
    };
    await sagaOver(fresh.database).restock(7, STOCK);
    workers = new ProcessFleet(settings);
    for (const queue of ['order-placed', 'pre-deduct', 'delayed-timeout', 'payment-confirmed']) {
      await workers.start(`workers/${queue}.js`);
    }
  });

  afterEach(async function () {
    this.timeout(40_000);
    const codes = await workers.stop();
    await redis.stop();
    await fresh.drop();
    expect(codes.every((code) => code === 0)).to.equal(true);
  });

  const feed = async (what: 'orders' | 'payments', total: number, ids: readonly string[] = []) => {
    const producers = new ProcessFleet(settings);
    const share = Math.ceil(total / PRODUCERS);
    const codes = await Promise.all(
      Array.from({ length: PRODUCERS }, (_, index) =>
        producers.run(
          'test/e2e/stand-ins/plain-producer.js',
          settings['HOLDFAST_REDIS_URL'] ?? '',
          settings['HOLDFAST_QUEUE_PREFIX'] ?? '',
          what,
          String(index * share),
          String(Math.min(total, (index + 1) * share)),
          String(HOLD_SECONDS),
          ids.join(','),
        ),
      ),
    );
    expect(codes).to.deep.equal([0, 0, 0, 0]);
  };

  const payAndLetExpire = async () => {
    const reserved = await orderIds(fresh.database, 'reserved');
    expect(reserved).to.have.length(STOCK);
    await feed('payments', 300, reserved.slice(0, 300));
    await until(async () => (await countOf(fresh.database, 'paid')) === 300, 20_000);
    await until(async () => (await countOf(fresh.database, 'expired')) === 100, 30_000);
    expect(await stockOf(fresh.database)).to.deep.equal({
      available: 100,
      held: 0,
      sold: 300,
      received: 400,
    });
    const report = await audit(fresh.database);
    expect(report.differences).to.deep.equal([]);
    expect(report).to.include({ balanced: true, orders: ORDERS });
  };

  it('reserves 400, settles 300 and returns 100, with every job sent twice', async function () {
    this.timeout(90_000);
    await feed('orders', ORDERS);
    await until(async () => (await decided(fresh.database)) === ORDERS, 30_000);
    expect(await countOf(fresh.database, 'rejected')).to.equal(600);
    await payAndLetExpire();
  });

  it('comes to the same end when every Redis forgets everything in the middle', async function () {
    this.timeout(120_000);
    const feeding = feed('orders', ORDERS);
    await until(async () => (await decided(fresh.database)) > 100, 20_000);
    const before = await orderIds(fresh.database, 'reserved');
    await redis.flush();
    await feeding;
    await feed('orders', ORDERS);
    await until(async () => (await decided(fresh.database)) === ORDERS, 40_000);
    const after = new Set(await orderIds(fresh.database, 'reserved'));
    expect(before.filter((orderId) => !after.has(orderId))).to.deep.equal([]);
    expect(await countOf(fresh.database, 'rejected')).to.equal(600);
    await payAndLetExpire();
  });
});

async function countOf(sql: Sql, state: string): Promise<number> {
  const [row] = await sql.rows<{ n: number }>('SELECT COUNT(*) AS n FROM orders WHERE state = ?', [
    state,
  ]);
  return row?.n ?? 0;
}

async function decided(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ n: number }>(
    "SELECT COUNT(*) AS n FROM orders WHERE state NOT IN ('awaited', 'placed')",
  );
  return row?.n ?? 0;
}

async function orderIds(sql: Sql, state: string): Promise<string[]> {
  const rows = await sql.rows<{ order_id: string }>(
    'SELECT order_id FROM orders WHERE state = ? ORDER BY seq',
    [state],
  );
  return rows.map((row) => row.order_id);
}

async function stockOf(sql: Sql): Promise<unknown> {
  const [row] = await sql.rows<object>(
    'SELECT available, held, sold, received FROM stock WHERE goods_id = 7',
  );
  return { ...row };
}
