import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { noStats } from '../../src/cache/cache-stats.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { readsOfPrimary } from '../../src/mysql/index.ts';
import { createOps, type Ops } from '../../src/ops/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { ROOT } from '../house/repo-files.ts';
import { testServers } from '../support/environment.ts';
import { metricNames, samplesOf, valueOf } from '../support/metric-text.ts';
import { type OpsFixture, opsFixture } from '../support/ops-fixture.ts';

describe('the metrics of a process', () => {
  let room: OpsFixture;
  before(async () => {
    room = await opsFixture();
    await room.queues.ready(3000);
  });
  after(() => room.close());

  const scrape = async (): Promise<string> => (await room.ops.metrics()).text;

  it('count each order by the state it reached, and how long it took', async () => {
    await room.fixture.restock(1, 5);
    await room.fixture.place('m-1', [{ goodsId: 1, quantity: 2 }]);
    await room.fixture.reserve('m-1');
    await room.fixture.place('m-2', [{ goodsId: 1, quantity: 9 }]);
    await room.fixture.reserve('m-2');
    await room.fixture.place('m-2', [{ goodsId: 1, quantity: 9 }]);
    const text = await scrape();
    const outcome = (state: string) => valueOf(text, 'holdfast_orders_total', { outcome: state });
    expect(['placed', 'reserved', 'rejected', 'paid'].map(outcome)).to.deep.equal([2, 1, 1, 0]);
    expect(valueOf(text, 'holdfast_placed_to_reserved_seconds_count')).to.equal(1);
    expect(valueOf(text, 'holdfast_batch_events_count')).to.be.greaterThan(3);
    expect(valueOf(text, 'holdfast_events_total')).to.equal(room.fixture.saga.stats.events);
    expect(valueOf(text, 'holdfast_open_holds')).to.equal(1);
    expect(valueOf(text, 'holdfast_held_units')).to.equal(2);
    expect(valueOf(text, 'holdfast_database_up')).to.equal(1);
    expect(valueOf(text, 'holdfast_lock_nodes_up')).to.be.greaterThan(0);
  });

  it('time an order that was paid before it was placed', async () => {
    const times = async () => valueOf(await scrape(), 'holdfast_placed_to_reserved_seconds_count');
    const before = await times();
    await room.fixture.pay({ orderId: 'm-3', paymentId: 'm-pay-3' });
    await room.fixture.place('m-3', [{ goodsId: 1, quantity: 1 }]);
    await room.fixture.reserve('m-3');
    expect(await times()).to.equal((before ?? 0) + 1);
  });

  it('count Redis commands, failed ones and scripts by name, and no handshake', async () => {
    const { redis } = room;
    const before = await scrape();
    const grown = (text: string, operation: string, status: string) => {
      const labels = { operation, status };
      const value = (of: string) => valueOf(of, 'redis_operations_total', labels) ?? 0;
      return value(text) - value(before);
    };
    await redis.set('{ops}a', 'x');
    await redis.incr('{ops}a').catch(() => undefined); // meant to fail: it is counted all the same
    await redis.multi().get('{ops}a').getset('{ops}a', 'y').exec();
    await redis.pipeline().strlen('{ops}a').exec();
    await redis.call('nonsense-command').catch(() => undefined); // of a name that nobody knows
    await redis.bzpopmin('{ops}none', 0.01);
    await redis.del('{ops}a');
    const outcome = await room.locks.tryLock(['m-lock']);
    if (outcome.kind === 'held') await outcome.held.release();
    const text = await scrape();
    expect([grown(text, 'set', 'ok'), grown(text, 'incr', 'error')]).to.deep.equal([1, 1]);
    expect([grown(text, 'get', 'ok'), grown(text, 'getset', 'ok')]).to.deep.equal([1, 1]);
    expect([grown(text, 'strlen', 'ok'), grown(text, 'bzpopmin', 'ok')]).to.deep.equal([1, 1]);
    expect(grown(text, 'other', 'error')).to.equal(1);
    expect(grown(text, 'script:acquire', 'ok')).to.be.greaterThan(0);
    const timed = samplesOf(text, 'redis_operation_duration_seconds_count');
    const operations = timed.map(({ labels }) => labels['operation']);
    expect(operations).to.include.members(['set', 'getset', 'script:acquire']);
    expect(operations).to.not.include('bzpopmin');
    const counted = samplesOf(text, 'redis_operations_total');
    for (const { labels } of counted) expect(labels['operation']).to.not.match(/^(info|client)$/);
  });

  it('count what becomes of locks, with their time and the highest number', async () => {
    const before = await scrape();
    const outcome = await room.locks.tryLock(['m-counted']);
    if (outcome.kind !== 'held') throw new Error(outcome.kind);
    expect((await room.locks.tryLock(['m-counted'])).kind).to.equal('busy');
    await outcome.held.release();
    const text = await scrape();
    const grown = (name: string, labels: Record<string, string> = {}) =>
      (valueOf(text, name, labels) ?? 0) - (valueOf(before, name, labels) ?? 0);
    expect(grown('holdfast_locks_answers_total', { answer: 'acquired' })).to.equal(1);
    expect(grown('holdfast_locks_answers_total', { answer: 'busy' })).to.equal(1);
    expect(grown('holdfast_locks_lost_total', { reason: 'expired' })).to.equal(0);
    expect(grown('holdfast_locks_trips_total')).to.be.within(3, 5);
    expect(grown('holdfast_locks_held_seconds_total')).to.be.within(0.0001, 3);
    expect(grown('holdfast_locks_answer_seconds_total')).to.be.within(0.0001, 3);
    expect(valueOf(text, 'holdfast_locks_fence')).to.equal(Number(outcome.held.fence));
  });

  it('show the queues under the name that BullMQ gives them', async () => {
    await room.queues.add('pre-deduct', [{ orderIds: ['a'] }, { orderIds: ['b'] }]);
    await room.queues.addAlarm(9_999_999_999_000, 3_600_000);
    const count = (text: string, queue: string, state: string) =>
      valueOf(text, 'bullmq_job_count', { queue, state });
    const fresh = opsAgain(room);
    const { text } = await fresh.metrics();
    await fresh.close();
    expect(count(text, 'pre-deduct', 'waiting')).to.equal(2);
    expect(count(text, 'delayed-timeout', 'delayed')).to.equal(1);
    expect(count(text, 'order-placed', 'waiting')).to.equal(0);
    const oldest = valueOf(text, 'holdfast_queue_oldest_waiting_seconds', { queue: 'pre-deduct' });
    expect(oldest).to.be.within(0, 30);
  });

  it('show drift only once the books have been audited', async () => {
    expect(valueOf(await scrape(), 'holdfast_audit_drift')).to.equal(undefined);
    const difference = { check: 'x', expected: 1, found: 2, text: 'one is two' };
    room.ops.auditSeen({ differences: [difference, difference] });
    expect(valueOf(await scrape(), 'holdfast_audit_drift')).to.equal(2);
    expect(valueOf(await scrape(), 'holdfast_audit_time_seconds')).to.be.greaterThan(1.7e9);
    room.ops.auditSeen({ differences: [] });
    expect(valueOf(await scrape(), 'holdfast_audit_drift')).to.equal(0);
  });

  it('count dead letters, those of queues among them', async () => {
    const letter = { code: 'invalid-input', message: 'no', orderId: null, payload: {} };
    await room.fixture.saga.deadLetters.bury({ source: 'order-placed', ...letter });
    expect(valueOf(await scrape(), 'holdfast_dead_letters_total')).to.equal(1);
  });

  it('are those that the reference lists, no more and no fewer', async () => {
    room.ops.auditSeen({ differences: [] });
    const page = readFileSync(join(ROOT, 'docs/reference/metrics.md'), 'utf8');
    const names = [...page.matchAll(/^\| `([a-z_]+)`/gm)].map(([, name]) => name);
    expect(names).to.have.members([...metricNames(await scrape())]);
    expect(new Set(names).size).to.equal(names.length);
  });
});

/** Readings are kept for a moment; a second room asks anew. */
function opsAgain({ fixture, locks, queues, queuePrefix }: OpsFixture): Ops {
  return createOps({
    ...fixture,
    databaseUrl: fixture.url,
    locks,
    cache: { stats: noStats() },
    reads: readsOfPrimary(fixture.database),
    queues,
    queuePrefix,
    redisUrl: testServers().redisUrl,
    sweepMs: 1000,
    logger: silentLogger,
    clock: systemClock,
  });
}
