import { expect } from 'chai';
import {
  createClient,
  HoldfastError,
  type HttpClientOptions,
  type OrderState,
} from '../../src/client/index.ts';
import { problem, ScriptedServer, type Script } from '../support/scripted-server.ts';

const lines = [{ goodsId: 7, quantity: 1 }];
const orderIn = (state: OrderState) => ({ orderId: 'a', state, lines, payments: [], history: [] });

describe('what a client makes of an answer', () => {
  let server: ScriptedServer;

  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(() => server.stop());

  const client = (more: Partial<HttpClientOptions> = {}) =>
    createClient({ httpUrl: server.url, token: 'any', ...more });
  const says = (script: Script) => {
    server.script = script;
  };
  const failing = async (work: Promise<unknown>): Promise<HoldfastError> => {
    const error = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(HoldfastError);
    return error as HoldfastError;
  };

  it('resolves a reserved order with the end of its hold', async () => {
    const expiresAt = '2026-11-20T12:00:00.000000Z';
    says(() => ({ status: 201, body: { orderId: 'a', state: 'reserved', expiresAt } }));
    const told = await client().place({ orderId: 'a', lines }, { waitMs: 5000 });
    expect(told).to.deep.equal({ orderId: 'a', state: 'reserved', expiresAt });
    expect(server.heard[0]?.query).to.equal('?wait=5000ms');
  });

  it('resolves an order whose goods are not there, with the short lines', async () => {
    const short = [{ goodsId: 7, requested: 1, available: 0 }];
    says(() => problem(409, 'sold-out', { orderId: 'a', state: 'rejected', short }));
    const told = await client().place({ orderId: 'a', lines });
    expect(told).to.deep.equal({ orderId: 'a', state: 'rejected', reason: 'sold-out', short });
  });

  it('throws an order that is known with other lines', async () => {
    says(() => problem(409, 'order-conflict', { orderId: 'a', state: 'placed' }));
    const error = await failing(client().place({ orderId: 'a', lines }));
    expect(error).to.include({ code: 'order-conflict', status: 409, retryable: false });
    expect(error.details).to.include({ orderId: 'a' });
  });

  it('throws what was asked wrongly with each bad value', async () => {
    const problems = [{ field: 'lines', value: '[]', allowed: 'a list of 1 to 100 lines' }];
    says(() => problem(400, 'invalid-input', { problems }));
    const error = await failing(client().place({ orderId: 'a', lines: [] }));
    expect(error.problems).to.deep.equal(problems);
  });

  it('throws what is not Holdfast at all', async () => {
    for (const body of ['<html>', '[]', '{}', 'null', '{"state":1}']) {
      says(() => ({ status: 200, body }));
      const error = await failing(client().place({ orderId: 'a', lines }));
      expect(error, body).to.include({ code: 'bad-answer', status: 200, retryable: false });
    }
    says(() => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }));
    expect((await failing(client().stock(7))).code).to.equal('bad-answer');
  });

  it('pays with the token for payments, under the path of the order', async () => {
    const payment = { paymentId: 'p', state: 'applied' };
    says(() => ({ status: 200, body: { orderId: 'a', state: 'paid', payment } }));
    const one = client({ token: 't', paymentsToken: 'money' });
    const told = await one.confirmPayment({ orderId: 'a', paymentId: 'p', amount: 100 });
    expect(told).to.deep.equal({ orderId: 'a', state: 'paid', payment });
    expect(server.heard[0]).to.include({
      path: '/v1/orders/a/payments',
      authorization: 'Bearer money',
    });
    expect(server.heard[0]?.body).to.deep.equal({ paymentId: 'p', amount: 100 });
  });

  it('cancels, and throws what is paid already', async () => {
    says(() => ({ status: 200, body: { orderId: 'a', state: 'cancelled' } }));
    expect(await client().cancel('a')).to.include({ state: 'cancelled' });
    says(() => problem(409, 'already-paid', { orderId: 'a', state: 'paid' }));
    expect((await failing(client().cancel('a'))).code).to.equal('already-paid');
  });

  it('reads an order and a stock with whichever token may read', async () => {
    says(({ path }) =>
      path.startsWith('/v1/stock')
        ? { status: 200, body: { goodsId: 7, available: 3, held: 0, sold: 0, received: 3 } }
        : { status: 200, body: orderIn('placed') },
    );
    const tokens = { producer: 'p', payments: null, viewer: 'v', operator: null };
    const one = createClient({ httpUrl: `${server.url}/`, tokens });
    expect(await one.order('a')).to.include({ state: 'placed' });
    expect(await one.stock(7)).to.include({ available: 3 });
    expect(server.heard.map(({ authorization }) => authorization)).to.deep.equal([
      'Bearer v',
      'Bearer v',
    ]);
  });

  it('waits until an order is decided, and calls unknown what is still on its way', async () => {
    says((_, nth) => {
      if (nth === 1) return problem(404, 'unknown-order');
      return { status: 200, body: orderIn(nth < 4 ? 'placed' : 'rejected') };
    });
    expect(await client().waitFor('a')).to.include({ state: 'rejected' });
    expect(server.heard).to.have.length(4);
  });

  it('waits for the state that was asked for', async () => {
    says((_, nth) => ({ status: 200, body: orderIn(nth < 3 ? 'reserved' : 'paid') }));
    const one = client();
    expect(await one.waitFor('a', { until: 'paid' })).to.include({ state: 'paid' });
    expect(await one.waitFor('a', { until: ['expired', 'paid'] })).to.include({ state: 'paid' });
    const isPaid = await one.waitFor('a', { until: ({ state }) => state === 'paid' });
    expect(isPaid).to.include({ state: 'paid' });
  });

  it('says where the order was when the wait ended, and looked until then', async () => {
    says(() => ({ status: 200, body: orderIn('placed') }));
    const began = performance.now();
    const error = await failing(client().waitFor('a', { timeoutMs: 300 }));
    expect(performance.now() - began).to.be.within(260, 2000);
    expect(error).to.include({ code: 'wait-ended', retryable: true });
    expect(error.details).to.deep.equal({ orderId: 'a', state: 'placed' });
  });

  it('says so as well when the last look has no answer in time', async () => {
    says((_, nth) => (nth === 1 ? { status: 200, body: orderIn('placed') } : new Promise(() => 0)));
    const error = await failing(client().waitFor('a', { timeoutMs: 200 }));
    expect(error).to.include({ code: 'wait-ended' });
  });

  it('never lets an order id lead to another place', async () => {
    const one = client();
    for (const id of ['..', '.', 'a/b', 'a?b', '', 'x'.repeat(65)]) {
      expect((await failing(one.order(id))).code, id).to.equal('invalid-input');
      expect((await failing(one.cancel(id))).code, id).to.equal('invalid-input');
    }
    expect(server.heard).to.have.length(0);
  });
});

describe('the options of a client', () => {
  const refused = (options: object) => {
    try {
      createClient(options as HttpClientOptions);
    } catch (error) {
      return (error as HoldfastError).code;
    }
    return 'taken';
  };

  it('are refused at once where they cannot be used', () => {
    const httpUrl = 'http://127.0.0.1:1';
    expect(refused({ httpUrl })).to.equal('taken');
    for (const wrong of [
      {},
      { httpUrl: 'nowhere' },
      { httpUrl: 'ftp://127.0.0.1' },
      { httpUrl: 'http://user@127.0.0.1' },
      { httpUrl: 'http://:password@127.0.0.1' },
      { httpUrl, maxSize: 501 },
      { httpUrl, maxSize: 0 },
      { httpUrl, maxDelayMs: -1 },
      { httpUrl, timeoutMs: Number.NaN },
      { httpUrl, maxWaiting: 1.5 },
    ]) {
      expect(refused(wrong), JSON.stringify(wrong)).to.equal('invalid-input');
    }
  });
});
