import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { isSigned, randomName, signatureOf, systemClock } from '../../src/kernel/index.ts';
import { testServers } from '../support/environment.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { until } from '../support/until.ts';

const TOKENS = {
  producer: 'e2e-producer-token',
  payments: 'e2e-payments-token',
  viewer: 'e2e-viewer-token1',
  operator: 'e2e-operator-token',
} as const;
const PAYMENT_SECRET = 'e2e-secret-of-payments';
const NOTICE_SECRET = 'e2e-secret-of-notices';

interface Notice {
  readonly kind: string;
  readonly orderId?: string;
  readonly goodsId?: number;
  readonly verdict: string;
}

/** Only what a shop has: addresses, tokens, secrets, and an ear for notices. */
describe('a shop that uses only public doors', function () {
  this.timeout(60_000);
  const notices: Notice[] = [];
  let fresh: FreshDatabase;
  let fleet: ProcessFleet;
  let ear: Server;
  let urls: Readonly<Record<string, string>>;

  before(async () => {
    ear = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts);
        const header = request.headers['holdfast-signature'] as string | undefined;
        const now = systemClock.wallMs() / 1000;
        const verdict = isSigned(header, body, [NOTICE_SECRET], now);
        notices.push({ ...(JSON.parse(body.toString('utf8')) as Notice), verdict });
        response.end();
      });
    });
    ear.listen(0, '127.0.0.1');
    await once(ear, 'listening');
    fresh = await freshDatabase();
    const { redisUrl, lockUrls } = testServers();
    fleet = new ProcessFleet({
      HOLDFAST_DATABASE_URL: fresh.url,
      HOLDFAST_REDIS_URL: redisUrl,
      HOLDFAST_LOCK_URLS: lockUrls.join(','),
      HOLDFAST_QUEUE_PREFIX: `{${randomName(4)}}`,
      HOLDFAST_HTTP_PORT: '0',
      HOLDFAST_GRPC_PORT: '0',
      HOLDFAST_PRODUCER_TOKENS: TOKENS.producer,
      HOLDFAST_PAYMENTS_TOKENS: TOKENS.payments,
      HOLDFAST_VIEWER_TOKENS: TOKENS.viewer,
      HOLDFAST_OPERATOR_TOKENS: TOKENS.operator,
      HOLDFAST_PAYMENT_SECRETS: PAYMENT_SECRET,
      HOLDFAST_NOTICE_URL: `http://127.0.0.1:${(ear.address() as AddressInfo).port}/notices`,
      HOLDFAST_NOTICE_SECRETS: NOTICE_SECRET,
    });
    const system = await fleet.start('src/app/run-system.js');
    urls = fleet.saidBy(system) as typeof urls;
  });
  after(async () => {
    expect(await fleet.stop()).to.deep.equal([0]);
    ear.close();
    await fresh.drop();
  });

  const send = async (
    role: keyof typeof TOKENS,
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${urls['httpUrl']}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKENS[role]}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const told = () => notices.map(({ kind, orderId, goodsId }) => `${kind} ${orderId ?? goodsId}`);

  it('places, is told, pays, and is told again', async () => {
    const stocked = await send('operator', 'PUT', '/v1/stock/7', { available: 2 });
    expect(stocked.body).to.include({ available: 2, held: 0, sold: 0 });
    const order = { orderId: 'first', lines: [{ goodsId: 7, quantity: 2 }], amount: 4200 };
    const placed = await send('producer', 'POST', '/v1/orders?wait=10s', order);
    expect([placed.status, placed.body['state']]).to.deep.equal([201, 'reserved']);
    const late = { ...order, orderId: 'late' };
    const refused = await send('producer', 'POST', '/v1/orders?wait=10s', late);
    expect([refused.status, refused.body['code']]).to.deep.equal([409, 'sold-out']);

    const payment = JSON.stringify({ orderId: 'first', paymentId: 'pay-1', amount: 4200 });
    const now = systemClock.wallMs() / 1000;
    const paid = await fetch(`${urls['httpUrl']}/v1/webhooks/payments`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'holdfast-signature': signatureOf([PAYMENT_SECRET], payment, now),
      },
      body: payment,
    });
    expect(paid.status).to.equal(200);
    await until(() => told().includes('order.paid first'), 10_000, 'the notice of the payment');
    await until(() => told().includes('order.rejected late'), 10_000, 'the notice of the refusal');
    const ofFirst = told().filter((one) => one.endsWith('first'));
    expect(ofFirst).to.deep.equal(['order.reserved first', 'order.paid first']);
    expect(told()).to.include('stock.out 7');
    expect(notices.map(({ verdict }) => verdict)).to.satisfy((all: string[]) =>
      all.every((one) => one === 'ok'),
    );
  });

  it('gets an order decided by the workers without waiting for it', async () => {
    await send('operator', 'POST', '/v1/stock/7/adjustments', {
      delta: 5,
      reason: 'delivery',
      idempotencyKey: 'd-1',
    });
    const order = { orderId: 'second', lines: [{ goodsId: 7, quantity: 1 }] };
    expect((await send('producer', 'POST', '/v1/orders', order)).status).to.equal(202);
    const state = async () => (await send('producer', 'GET', '/v1/orders/second')).body['state'];
    await until(async () => (await state()) === 'reserved', 10_000, 'the decision');
  });

  it('is seen in Bull Board, in the metrics and in the audit', async () => {
    const board = await send('viewer', 'GET', '/queues/api/queues');
    const queues = board.body['queues'] as { name: string; counts: Record<string, number> }[];
    const alarms = queues.find(({ name }) => name === 'delayed-timeout');
    expect(queues).to.have.length(4);
    expect(alarms?.counts['delayed']).to.be.at.least(1);
    const metrics = await (await fetch(`${urls['httpUrl']}/metrics`)).text();
    expect(metrics).to.match(/^holdfast_orders_total\{outcome="paid"\} 1$/m);
    expect(metrics).to.match(/^holdfast_orders_total\{outcome="rejected"\} 1$/m);
    const ready = await send('viewer', 'GET', '/readyz');
    expect(ready.body['ready']).to.equal(true);
    const { body } = await send('viewer', 'GET', '/v1/audit');
    expect(body).to.deep.include({
      balanced: true,
      units: { available: 4, held: 1, sold: 2, received: 7 },
    });
  });
});
