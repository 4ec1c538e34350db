import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Readiness } from '../../src/ops/index.ts';
import { ROOT } from '../house/repo-files.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { testServers } from '../support/environment.ts';
import { timed } from '../support/lock-room.ts';
import { metricNames, valueOf } from '../support/metric-text.ts';
import { type OpsFixture, opsFixture, type OpsFixtureOptions } from '../support/ops-fixture.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

describe('the health of a process', function () {
  this.timeout(20_000);
  let open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.toReversed()) await close();
    open = [];
  });

  const room = async (options: OpsFixtureOptions = {}): Promise<OpsFixture> => {
    const opened = await opsFixture(options);
    open.push(() => opened.close());
    return opened;
  };
  const redis = async (count = 1): Promise<RedisNodes> => {
    // A new replica is served at once, not after waiting five seconds for others.
    const nodes = await startRedisNodes(count, ['--repl-diskless-sync-delay', '0']);
    open.push(async () => {
      for (const node of nodes.all) node.thaw();
      await nodes.stop();
    });
    return nodes;
  };
  /** What it says once what was done has come through. */
  const said = async ({ ops }: OpsFixture, holds: (found: Readiness) => boolean) => {
    let found = await ops.readiness();
    const look = async () => holds((found = await ops.readiness()));
    await until(look, 8000, 'the health to change', 50);
    return found;
  };

  it('is what the reference shows, and names the Redis master and its replicas', async () => {
    const nodes = await redis(2);
    await nodes.at(1).client.replicaof('127.0.0.1', nodes.at(0).port);
    const watched = await room({ redisUrl: nodes.at(0).url });
    await watched.queues.ready(3000);
    const found = await said(watched, ({ checks }) => {
      return checks.redis.replicas?.[0]?.state === 'online' && checks.queues.ok;
    });
    expect([found.ready, found.degraded]).to.deep.equal([true, false]);
    const { role, master, replicas, noeviction } = found.checks.redis;
    expect([role, master, noeviction]).to.deep.equal([
      'master',
      `127.0.0.1:${nodes.at(0).port}`,
      true,
    ]);
    expect(replicas).to.have.length(1);
    const [replica] = replicas ?? [];
    expect(replica).to.include({ address: `127.0.0.1:${nodes.at(1).port}`, state: 'online' });
    expect(replica?.lagBytes).to.be.a('number');
    const page = readFileSync(join(ROOT, 'docs/reference/health.md'), 'utf8');
    const example: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
    expect(shapeOf(found)).to.deep.equal(shapeOf(example));
  });

  it('is degraded, and still ready, on a Redis that is a replica or may forget', async () => {
    const nodes = await redis(2);
    await nodes.at(1).client.replicaof('127.0.0.1', nodes.at(0).port);
    const onReplica = await room({ redisUrl: nodes.at(1).url });
    const found = await said(onReplica, ({ checks }) => checks.redis.role !== undefined);
    expect([found.ready, found.degraded]).to.deep.equal([true, true]);
    expect(found.checks.redis).to.include({
      ok: false,
      role: 'replica',
      master: `127.0.0.1:${nodes.at(0).port}`,
    });
    await nodes.at(0).client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const forgetful = await room({ redisUrl: nodes.at(0).url });
    const { checks } = await said(forgetful, (seen) => seen.checks.redis.role !== undefined);
    expect(checks.redis).to.include({ ok: false, noeviction: false });
  });

  it('answers in time when Redis falls silent, and so does the scrape', async () => {
    const nodes = await redis();
    const watched = await room({ redisUrl: nodes.at(0).url });
    await watched.queues.ready(3000);
    await said(watched, ({ degraded }) => !degraded);
    nodes.at(0).freeze();
    const found = await said(watched, ({ degraded }) => degraded);
    expect(found.ready).to.equal(true);
    expect(found.checks.redis).to.include({ ok: false, error: 'no answer within 500 ms' });
    expect(found.checks.queues).to.include({ ok: false });
    await until(async () => {
      const { ms } = await timed(watched.ops.readiness());
      expect(ms).to.be.below(1500);
      const scrape = await timed(watched.ops.metrics());
      expect(scrape.ms).to.be.below(2000);
      const { text } = scrape.value;
      expect(valueOf(text, 'holdfast_redis_up')).to.equal(0);
      expect(valueOf(text, 'bullmq_job_count')).to.equal(undefined);
      expect(metricNames(text)).to.include('holdfast_orders_total');
      return (valueOf(text, 'holdfast_scrape_errors_total', { part: 'queues' }) ?? 0) > 1;
    }, 8000);
    nodes.at(0).thaw();
    await said(watched, ({ degraded }) => !degraded);
  });

  it('is not ready while the database is gone, answers in time, and comes back', async () => {
    const { port } = new URL(testServers().databaseUrl);
    const line = new CutProxy(Number(port));
    const proxyPort = await line.listen();
    open.push(() => line.close());
    const databaseUrl = (url: string) => {
      const through = new URL(url);
      through.port = String(proxyPort);
      return through.href;
    };
    const watched = await room({ throughDatabase: databaseUrl });
    await watched.queues.ready(3000);
    await said(watched, ({ ready }) => ready);
    line.mode = 'black-hole';
    const found = await said(watched, ({ ready }) => !ready);
    expect(found.checks.database).to.include({ ok: false, error: 'no answer within 500 ms' });
    expect(found.checks.redis).to.include({ ok: true });
    expect((await timed(watched.ops.readiness())).ms).to.be.below(1500);
    const scrape = await timed(watched.ops.metrics());
    expect(scrape.ms).to.be.below(2000);
    expect(valueOf(scrape.value.text, 'holdfast_database_up')).to.equal(0);
    expect(valueOf(scrape.value.text, 'holdfast_sweep_lag_seconds')).to.equal(undefined);
    line.mode = 'pass';
    await said(watched, ({ ready }) => ready);
  });

  it('is not ready when the database cannot be reached, and shows no password', async () => {
    const watched = await room({
      throughDatabase: () => 'mysql://somebody:hush-hush@127.0.0.1:1/none',
    });
    const found = await watched.ops.readiness();
    expect(found.ready).to.equal(false);
    expect(found.checks.database.error).to.match(/^database-failed: .*127\.0\.0\.1:1/);
    expect(JSON.stringify(found)).to.not.include('hush-hush');
  });

  it('is not ready when the schema is behind', async () => {
    const watched = await room();
    const { database } = watched.fixture;
    await database.write('DELETE FROM knex_migrations ORDER BY id DESC LIMIT 1');
    const found = await said(watched, () => true);
    expect(found.ready).to.equal(false);
    expect(found.checks.database.schema).to.match(/^pending: \d{4}_[a-z_]+\.js$/);
    expect(found.checks.database.version).to.be.a('string');
    await database.write('DROP TABLE knex_migrations');
    const none = await said(
      watched,
      ({ checks }) => checks.database.schema?.includes(', ') === true,
    );
    expect(none.ready).to.equal(false);
  });

  it('is well with two of five lock nodes down, and degraded with three', async () => {
    const nodes = await redis(5);
    const watched = await room({ lockUrls: nodes.urls });
    await watched.queues.ready(3000);
    await said(watched, ({ degraded }) => !degraded);
    await nodes.at(0).kill();
    nodes.at(1).freeze();
    const two = await said(watched, ({ checks }) => checks.locks.up === 3);
    expect(two.degraded).to.equal(false);
    expect(two.checks.locks).to.include({ ok: true, needed: 3 });
    const down = two.checks.locks.nodes ?? [];
    expect(down.filter(({ ok }) => !ok).map(({ address }) => address)).to.deep.equal([
      `127.0.0.1:${nodes.at(0).port}`,
      `127.0.0.1:${nodes.at(1).port}`,
    ]);
    await nodes.at(2).kill();
    const three = await said(watched, ({ degraded }) => degraded);
    expect(three.ready).to.equal(true);
    expect(three.checks.locks).to.include({ ok: false, up: 2, needed: 3 });
    const { text } = await watched.ops.metrics();
    expect(valueOf(text, 'holdfast_lock_nodes_up')).to.equal(2);
  });

  it('sees orders that nobody moves, and jobs that nobody takes', async () => {
    const watched = await room();
    const { fixture, queues, ops } = watched;
    await queues.ready(3000);
    await fixture.restock(1, 5);
    await fixture.place('late', [{ goodsId: 1, quantity: 1 }]);
    await fixture.database.write(
      'UPDATE orders SET due_at = UTC_TIMESTAMP(6) - INTERVAL 60 SECOND',
    );
    await queues.add('pre-deduct', [{ orderIds: ['late'] }]);
    watched.clock.jump(90_000);
    const found = await said(watched, () => true);
    expect([found.ready, found.degraded]).to.deep.equal([true, true]);
    expect(found.checks.sweep).to.include({ ok: false });
    expect(found.checks.sweep.lagSeconds).to.be.within(60, 70);
    expect(found.checks.queues).to.include({ ok: false });
    expect(found.checks.queues.error).to.include('pre-deduct');
    expect(found.checks.queues.oldestWaitingSeconds).to.be.within(89, 100);
    const { text } = await ops.metrics();
    expect(valueOf(text, 'holdfast_sweep_lag_seconds')).to.be.within(60, 70);
  });

  it('asks the servers once for a storm of probes', async () => {
    const watched = await room();
    const { locks } = watched;
    let asked = 0;
    const inspect = locks.inspect.bind(locks);
    locks.inspect = (names) => {
      asked += 1;
      return inspect(names);
    };
    const answers = await Promise.all(Array.from({ length: 500 }, () => watched.ops.readiness()));
    expect(asked).to.equal(1);
    expect(new Set(answers).size).to.equal(1);
  });
});

/** The form of a value: its keys at every depth, and the kind of each leaf. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, shapeOf((value as Record<string, unknown>)[key])]),
  );
}
