import { expect } from 'chai';
import Fastify, { type FastifyInstance } from 'fastify';
import { timed } from '../support/lock-room.ts';
import { type OpsFixture, opsFixture } from '../support/ops-fixture.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

interface ShownJob {
  readonly name: string;
  readonly data: Record<string, unknown>;
  readonly externalUrl: { readonly displayText: string; readonly href: string };
}

interface ShownQueue {
  readonly name: string;
  readonly counts: Record<string, number>;
  readonly isPaused: boolean;
  readonly jobs: readonly ShownJob[];
}

describe('the board of the queues', function () {
  this.timeout(15_000);
  let nodes: RedisNodes;
  let room: OpsFixture;
  let server: FastifyInstance;

  before(async () => {
    nodes = await startRedisNodes(1);
    room = await opsFixture({ redisUrl: nodes.at(0).url });
    await room.queues.ready(3000);
    server = Fastify();
    const mayAct = ({ headers }: { headers: Record<string, unknown> }) =>
      headers['x-role'] === 'operator';
    await server.register(room.ops.board(mayAct), { prefix: '/queues' });
    await server.ready();
  });
  after(async () => {
    nodes.at(0).thaw();
    await server.close();
    await room.close();
    await nodes.stop();
  });

  const ask = (
    method: 'GET' | 'PUT' | 'POST' | 'PATCH',
    path: string,
    role = 'viewer',
    body = {},
  ) =>
    server.inject({
      method,
      url: `/queues${path}`,
      headers: { 'x-role': role },
      ...(method === 'GET' ? {} : { payload: body }),
    });
  const shown = async (name: string): Promise<ShownQueue> => {
    const answer = await ask('GET', `/api/queues?activeQueue=${name}&page=1&jobsPerPage=10`);
    expect(answer.statusCode, answer.body).to.equal(200);
    const { queues } = answer.json<{ queues: ShownQueue[] }>();
    const queue = queues.find((one) => one.name === name);
    if (!queue) throw new Error(`${name} is not on the board`);
    return queue;
  };

  it('is a page that asks no other server for anything', async () => {
    const page = await ask('GET', '/');
    expect(page.statusCode).to.equal(200);
    expect(page.body).to.include('Holdfast').and.include('/owed');
    expect(page.body).to.not.match(/(?:href|src)="https?:/);
    const script = /src="(static\/[^"]+)"/.exec(page.body)?.[1];
    expect((await ask('GET', `/${script}`)).statusCode).to.equal(200);
  });

  it('shows all four queues, each job without its buyer and with a link to its order', async () => {
    const order = { orderId: 'b-1', lines: [{ goodsId: 1, quantity: 1 }] };
    const about = { buyerId: 'ann', metadata: { note: 'ring twice', token: 'x' } };
    await room.queues.add('order-placed', [{ ...order, ...about }]);
    await room.queues.add('order-placed', [{ orders: [{ ...order, ...about }, order] }]);
    await room.queues.add('pre-deduct', [{ orderIds: ['b/2'] }]);
    await room.queues.add('payment-confirmed', [{ orderId: 'b-1', paymentId: 'p', card: '4111' }]);
    const placed = await shown('order-placed');
    expect(placed.counts['waiting']).to.equal(2);
    const one = placed.jobs.find(({ data }) => 'orderId' in data);
    const many = placed.jobs.find(({ data }) => 'orders' in data);
    expect(one?.data).to.deep.equal({ ...order, buyerId: '***', metadata: '***' });
    expect(one?.externalUrl).to.deep.equal({ displayText: 'order b-1', href: '/orders/b-1' });
    expect(many?.externalUrl.href).to.equal('/orders');
    expect(JSON.stringify(placed)).to.not.match(/ann|ring twice/);
    const [reserve] = (await shown('pre-deduct')).jobs;
    expect(reserve?.externalUrl.href).to.equal('/orders/b%2F2');
    const [payment] = (await shown('payment-confirmed')).jobs;
    expect(payment?.data).to.deep.equal({ orderId: 'b-1', paymentId: 'p', card: '***' });
    expect((await shown('delayed-timeout')).jobs).to.deep.equal([]);
  });

  it('lets a viewer look and an operator act', async () => {
    const refused = await ask('PUT', '/api/queues/pre-deduct/pause');
    expect([refused.statusCode, refused.json().message]).to.deep.equal([
      403,
      'only an operator may do this',
    ]);
    for (const path of ['/pre-deduct/resume', '/pause', '/pre-deduct/empty', '/no-such-thing']) {
      expect((await ask('PUT', `/api/queues${path}`)).statusCode, path).to.equal(403);
    }
    expect((await shown('pre-deduct')).isPaused).to.equal(false);
    expect((await ask('PUT', '/api/queues/pre-deduct/pause', 'operator')).statusCode).to.equal(200);
    expect((await shown('pre-deduct')).isPaused).to.equal(true);
    expect((await ask('PUT', '/api/queues/pre-deduct/resume', 'operator')).statusCode).to.equal(
      200,
    );
    expect((await shown('pre-deduct')).isPaused).to.equal(false);
  });

  it('lets nobody write back what is shown with stars', async () => {
    const body = { name: 'pre-deduct', data: {}, options: {} };
    const added = await ask('POST', '/api/queues/pre-deduct/add', 'operator', body);
    expect(added.statusCode).to.equal(403);
    expect(added.json().message).to.include('redacted');
    const changed = await ask('PATCH', '/api/queues/pre-deduct/1/update-data', 'operator', {
      jobData: {},
    });
    expect(changed.statusCode).to.equal(403);
  });

  it('answers with an error while Redis is silent or gone, and comes back', async () => {
    nodes.at(0).freeze();
    const silent = await timed(ask('GET', '/api/queues'));
    expect([silent.value.statusCode, silent.ms < 4000]).to.deep.equal([500, true]);
    nodes.at(0).thaw();
    await nodes.at(0).kill();
    const gone = await timed(ask('GET', '/api/queues'));
    expect([gone.value.statusCode, gone.ms < 4000]).to.deep.equal([500, true]);
    expect(gone.value.json().message).to.be.a('string');
    expect((await ask('GET', '/')).statusCode).to.equal(200);
    await nodes.at(0).start();
    const back = async () => (await ask('GET', '/api/queues')).statusCode === 200;
    await until(back, 8000, 'the board to be back');
  });
});

describe('a board that is mounted before its Redis runs', function () {
  this.timeout(15_000);

  it('says so, and works once it does', async () => {
    const nodes = await startRedisNodes(1);
    await nodes.at(0).kill();
    const room = await opsFixture({ redisUrl: nodes.at(0).url });
    const server = Fastify();
    await server.register(
      room.ops.board(() => true),
      { prefix: '/queues' },
    );
    try {
      const early = await server.inject('/queues/api/queues');
      expect(early.statusCode).to.equal(500);
      expect(early.json().message).to.include('did not become ready');
      await nodes.at(0).start();
      const works = async () => {
        const answer = await server.inject('/queues/api/queues');
        return answer.statusCode === 200 && answer.json().queues.length === 4;
      };
      await until(works, 8000, 'the board to work');
    } finally {
      await server.close();
      await room.close();
      await nodes.stop();
    }
  });
});
