import { expect } from 'chai';
import { Redis } from 'ioredis';
import { createClient, type HoldfastError, type QueueClient } from '../../src/client/index.ts';
import { testServers } from '../support/environment.ts';
import { QueueBench } from '../support/queue-bench.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { ScriptedServer } from '../support/scripted-server.ts';
import { until } from '../support/until.ts';

const order = (orderId: string, more: object = {}) => ({
  orderId,
  lines: [{ goodsId: 7, quantity: 1 }],
  ...more,
});
const ids = (count: number) => Array.from({ length: count }, (_, at) => `q-${at}`);

const failing = async (work: Promise<unknown>): Promise<HoldfastError> => {
  try {
    await work;
  } catch (error) {
    return error as HoldfastError;
  }
  throw new Error('it did not fail');
};

describe('a client straight to the queues', () => {
  let bench: QueueBench;
  let client: QueueClient;

  beforeEach(async () => {
    bench = await QueueBench.open();
    client = createClient({ redisUrl: testServers().redisUrl, queuePrefix: bench.prefix });
  });
  afterEach(async () => {
    await client.close();
    await bench.close();
  });

  const states = async () => {
    const rows = await bench.fixture.database.rows<{ state: string; n: number }>(
      'SELECT state, COUNT(*) AS n FROM orders GROUP BY state',
    );
    return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
  };

  it('has its orders placed and its payments taken by the workers', async () => {
    await bench.fixture.restock(7, 100);
    await bench.worker('order-placed');
    await bench.worker('payment-confirmed');
    const sent = await Promise.all(ids(50).map((id) => client.place(order(id))));
    expect(sent[7]).to.deep.equal({ orderId: 'q-7', state: 'sent' });
    await until(async () => (await states())['reserved'] === 50, 10_000);
    const paid = await Promise.all(
      ids(50).map((orderId) => client.confirmPayment({ orderId, paymentId: `pay-${orderId}` })),
    );
    expect(paid[7]).to.deep.equal({ orderId: 'q-7', paymentId: 'pay-q-7', state: 'sent' });
    await until(async () => (await states())['paid'] === 50, 10_000);
  });

  it('puts orders made close together into one job, and one alone into its own', async () => {
    await Promise.all(ids(30).map((id) => client.place(order(id))));
    await client.place(order('alone'));
    await Promise.all(
      ids(4).map((orderId) => client.confirmPayment({ orderId, paymentId: orderId })),
    );
    const jobs = await bench.queue('order-placed').getWaiting();
    const payloads = jobs.map(({ data }) => data as { orders?: unknown[]; orderId?: string });
    expect(payloads.map(({ orders }) => orders?.length)).to.have.members([30, undefined]);
    expect(payloads.map(({ orderId }) => orderId)).to.have.members(['alone', undefined]);
    const told = await bench.queue('payment-confirmed').getWaiting();
    const envelopes = told.map(({ data }) => data as { payments: unknown[] });
    expect(envelopes.map(({ payments }) => payments.length)).to.deep.equal([4]);
  });

  it('tells of a bad order before it is sent, and sends the others', async () => {
    const told = await Promise.allSettled([
      client.place(order('good')),
      client.place(order('bad', { lines: [{ goodsId: 7, quantity: 0 }] })),
      client.place(null as never),
    ]);
    expect(told.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'rejected']);
    const { reason } = told[1] as { reason: HoldfastError };
    expect(reason).to.include({ name: 'HoldfastError', code: 'invalid-input', retryable: false });
    expect(reason.problems[0]).to.include({ field: 'lines[0].quantity', value: '0' });
    expect(await bench.queue('order-placed').getWaitingCount()).to.equal(1);
  });

  it('refuses what a queue cannot answer', async () => {
    for (const call of [
      client.order('a'),
      client.stock(7),
      client.cancel('a'),
      client.waitFor('a'),
      client.place(order('a'), { waitMs: 10 }),
    ]) {
      expect((await failing(call)).code).to.equal('not-over-queues');
    }
  });

  it('asks over HTTP what a queue cannot answer, when it knows where', async () => {
    const server = await ScriptedServer.start(() => ({
      status: 200,
      body: { goodsId: 7, available: 5 },
    }));
    const access = { redisUrl: testServers().redisUrl, queuePrefix: bench.prefix };
    const both = createClient({ ...access, httpUrl: server.url, token: 't' });
    expect(await both.stock(7)).to.include({ available: 5 });
    expect(await both.place(order('a'))).to.include({ state: 'sent' });
    expect(await bench.queue('order-placed').getWaitingCount()).to.equal(1);
    await both.close();
    await server.stop();
  });

  it('uses a connection that it is lent, and leaves it open', async () => {
    const connection = new Redis(testServers().redisUrl, { maxRetriesPerRequest: null });
    const lent = createClient({ connection, queuePrefix: bench.prefix });
    expect(await lent.place(order('a'))).to.include({ state: 'sent' });
    await lent.close();
    expect(await connection.ping()).to.equal('PONG');
    connection.disconnect();
  });

  it('says what is wrong with the URL of a Redis', async () => {
    const lost = createClient({ redisUrl: 'http://127.0.0.1' });
    const error = await failing(lost.place(order('a')));
    expect(error).to.include({ name: 'HoldfastError', code: 'redis-url-invalid' });
    await lost.close();
  });
});

describe('a client whose queue Redis is away', () => {
  let nodes: RedisNodes;
  let client: QueueClient;

  beforeEach(async () => {
    nodes = await startRedisNodes(1);
    client = createClient({ redisUrl: nodes.at(0).url, attemptMs: 300 });
  });
  afterEach(async () => {
    await client.close();
    await nodes.stop();
  });

  it('sends again until it is back', async () => {
    const hasty = createClient({ redisUrl: nodes.at(0).url, attemptMs: 100 });
    await hasty.place(order('before'));
    await nodes.at(0).kill();
    const placed = hasty.place(order('after'));
    const began = performance.now();
    await until(() => performance.now() > began + 400); // more than one try has failed
    await nodes.at(0).start();
    expect(await placed).to.include({ state: 'sent' });
    await hasty.close();
  });

  it('says so when the time is up', async () => {
    await client.place(order('before'));
    nodes.at(0).freeze();
    const error = await failing(client.place(order('after'), { timeoutMs: 1000 }));
    expect(error).to.include({ retryable: true });
    expect(['queues-unreachable', 'deadline-exceeded']).to.include(error.code);
    nodes.at(0).thaw();
  });
});
