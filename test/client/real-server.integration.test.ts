import { expect } from 'chai';
import { createClient, type HoldfastError, type HttpClient } from '../../src/client/index.ts';
import { audit } from '../../src/saga/index.ts';
import { type HttpRoom, httpRoom, PAYMENT_SECRET, TOKENS } from '../support/http-room.ts';

const order = (orderId: string, quantity = 1, goodsId = 7) => ({
  orderId,
  lines: [{ goodsId, quantity }],
});
const ids = (count: number) => Array.from({ length: count }, (_, at) => `r-${at}`);

describe('a client and the real server', () => {
  let room: HttpRoom;
  let client: HttpClient;

  beforeEach(async () => {
    room = await httpRoom();
    client = createClient({ httpUrl: room.url, tokens: TOKENS });
    await room.restock(7, 100);
  });
  afterEach(async () => {
    await client.close();
    await room.drop();
  });

  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      return JSON.stringify(await work);
    } catch (error) {
      return (error as HoldfastError).code;
    }
  };

  it('sell what is there and not one more, each caller told its own end', async () => {
    const told = await Promise.all(ids(250).map((id) => client.place(order(id), { waitMs: 5000 })));
    expect(told.map(({ orderId }) => orderId)).to.deep.equal(ids(250));
    const reserved = told.filter(({ state }) => state === 'reserved');
    expect(reserved).to.have.length(100);
    for (const one of told) {
      if (one.state !== 'rejected') continue;
      expect(one.reason).to.equal('sold-out');
      expect(one.short).to.deep.equal([{ goodsId: 7, requested: 1, available: 0 }]);
    }
    expect(await client.stock(7)).to.include({ available: 0, held: 100 });
    expect(await audit(room.database)).to.include({ balanced: true, orders: 250 });
  });

  it('place one order alone, in every way of waiting', async () => {
    expect(await client.place(order('a'))).to.deep.equal({ orderId: 'a', state: 'placed' });
    for (const [id, waitMs] of [
      ['b', 1],
      ['c', 9999],
      ['d', 12_345],
      ['e', 30_000],
    ] as const) {
      const told = await client.place(order(id), { waitMs });
      expect(['reserved', 'placed'], id).to.include(told.state);
    }
    const again = await client.place(order('c'), { waitMs: 1000 });
    expect(again).to.include({ state: 'reserved' });
    const unknown = await client.place(order('f', 1, 999), { waitMs: 1000 });
    expect(unknown).to.include({ state: 'rejected', reason: 'unknown-goods' });
  });

  it('tell each bad order of an envelope what is wrong with it', async () => {
    await client.place(order('known'));
    const told = await Promise.all([
      codeOf(client.place(order('good'))),
      codeOf(client.place(order('none', 0))),
      codeOf(client.place(order('known', 2))),
      codeOf(client.place({ ...order('extra'), extra: 1 } as never)),
      codeOf(client.place(order('/'))),
    ]);
    expect(told).to.deep.equal([
      '{"orderId":"good","state":"placed"}',
      'invalid-input',
      'order-conflict',
      'invalid-input',
      'invalid-input',
    ]);
    const alone = await client.place(order('none', 0)).catch((error: HoldfastError) => error);
    expect(alone).to.have.property('problems').that.has.length(1);
  });

  it('pay, look, cancel and wait', async () => {
    await client.place(order('paid'), { waitMs: 5000 });
    await client.place(order('left'), { waitMs: 5000 });
    const payment = { orderId: 'paid', paymentId: 'pay-1', amount: 100, currency: 'EUR' };
    expect(await client.confirmPayment(payment)).to.deep.equal({
      orderId: 'paid',
      state: 'paid',
      payment: { paymentId: 'pay-1', state: 'applied' },
    });
    expect(await client.confirmPayment(payment)).to.have.nested.property(
      'payment.state',
      'applied',
    );
    const early = await client.confirmPayment({ orderId: 'later', paymentId: 'pay-2' });
    expect(early).to.have.nested.property('payment.state', 'early');
    expect(await codeOf(client.confirmPayment({ ...payment, amount: 200 }))).to.equal(
      'payment-conflict',
    );
    expect(await client.cancel('left')).to.include({ orderId: 'left', state: 'cancelled' });
    expect(await codeOf(client.cancel('paid'))).to.equal('already-paid');
    const view = await client.waitFor('paid', { until: 'paid' });
    expect(view.history.map(({ to }) => to)).to.deep.equal(['placed', 'reserved', 'paid']);
    expect(view.payments[0]).to.include({ paymentId: 'pay-1', amount: 100 });
    expect(await codeOf(client.order('nobody'))).to.equal('unknown-order');
    expect(await codeOf(client.stock(999))).to.equal('unknown-goods-id');
  });

  it('refuse a token that is not known, or not for this', async () => {
    const stranger = createClient({ httpUrl: room.url, token: 'nobody' });
    expect(await codeOf(stranger.place(order('a')))).to.equal('unauthorized');
    const viewer = createClient({ httpUrl: room.url, token: TOKENS.viewer });
    const both = [viewer.place(order('a')), viewer.place(order('b'))];
    expect(await Promise.all(both.map(codeOf))).to.deep.equal(['forbidden', 'forbidden']);
    expect(await viewer.stock(7)).to.include({ available: 100 });
  });

  it('keep to what a caller may send a second, later and not never', async () => {
    const narrow = await httpRoom({
      parts: {
        doors: {
          bind: '127.0.0.1',
          httpPort: { number: 0, isChosen: true },
          rateLimit: 1,
          tokens: { producer: ['p'], payments: [], viewer: [], operator: [] },
          paymentSecrets: [PAYMENT_SECRET],
        },
      },
    });
    const hurried = createClient({ httpUrl: narrow.url, token: 'p', maxSize: 1 });
    const told = await Promise.all(ids(12).map((id) => codeOf(hurried.place(order(id)))));
    expect(told.filter((text) => text.includes('placed'))).to.have.length(12);
    await narrow.drop();
  }).timeout(30_000);
});
