import { expect } from 'chai';
import { audit } from '../../src/saga/index.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';

describe('holds over HTTP', () => {
  let room: HttpRoom;

  beforeEach(async () => {
    room = await httpRoom();
    await room.restock(7, 3);
  });
  afterEach(async () => {
    expect((await audit(room.database)).differences).to.deep.equal([]);
    await room.drop();
  });

  const place = async (orderId: string, quantity = 2): Promise<void> => {
    const order = { orderId, lines: [{ goodsId: 7, quantity }], holdSeconds: 60 };
    expect((await room.send('producer', 'POST', '/v1/orders?wait=5s', order)).status).to.equal(201);
  };

  it('are extended, and the order says until when', async () => {
    await place('a');
    const path = '/v1/orders/a/extend';
    const { status, body } = await room.send('producer', 'POST', path, { seconds: 3600 });
    expect([status, body['state']]).to.deep.equal([200, 'reserved']);
    const read = await room.send('viewer', 'GET', '/v1/orders/a');
    expect(read.body['expiresAt']).to.equal(body['expiresAt']);
  });

  it('are refused more time when they are gone, with the lines that are short', async () => {
    await place('a');
    await room.letTimePass('a');
    await room.due('a');
    await place('b');
    const path = '/v1/orders/a/extend';
    const { status, body } = await room.send('producer', 'POST', path, { seconds: 60 });
    expect([status, body['code'], body['state']]).to.deep.equal([409, 'sold-out', 'expired']);
    expect(body['short']).to.deep.equal([{ goodsId: 7, requested: 2, available: 1 }]);
    const unheard = await room.send('producer', 'POST', '/v1/orders/z/extend', { seconds: 60 });
    expect([unheard.status, unheard.body['code']]).to.deep.equal([409, 'not-reserved']);
  });

  it('are refused beyond the limit of a buyer, and the answer names it', async () => {
    const limited = await httpRoom({ rules: { maxHoldsPerBuyer: 1 } });
    try {
      await limited.restock(7, 3);
      const order = (orderId: string) => ({
        orderId,
        buyerId: 'ann',
        lines: [{ goodsId: 7, quantity: 1 }],
      });
      await limited.send('producer', 'POST', '/v1/orders?wait=5s', order('a'));
      const second = await limited.send('producer', 'POST', '/v1/orders?wait=5s', order('b'));
      expect([second.status, second.body['code']]).to.deep.equal([409, 'too-many-holds']);
      expect(second.body['detail']).to.contain('1 open holds (HOLDFAST_MAX_HOLDS_PER_BUYER)');
    } finally {
      await limited.drop();
    }
  });

  it('of one buyer make way for another order of theirs, in one step', async () => {
    const order = (orderId: string, more: object = {}) => ({
      orderId,
      buyerId: 'ann',
      lines: [{ goodsId: 7, quantity: 3 }],
      ...more,
    });
    await room.send('producer', 'POST', '/v1/orders?wait=5s', order('old'));
    const path = '/v1/orders?wait=5s';
    const swapped = await room.send('producer', 'POST', path, order('new', { replaces: 'old' }));
    expect([swapped.status, swapped.body['state']]).to.deep.equal([201, 'reserved']);
    const old = await room.send('viewer', 'GET', '/v1/orders/old');
    expect(old.body['state']).to.equal('cancelled');
    const foreign = order('mine', { buyerId: 'bob', replaces: 'new' });
    const refused = await room.send('producer', 'POST', path, foreign);
    expect([refused.status, refused.body['code']]).to.deep.equal([409, 'not-replaceable']);
  });

  it('are kept for a payment that is announced, once', async () => {
    await place('a');
    const path = '/v1/orders/a/payment-started';
    const first = await room.send('payments', 'POST', path, { seconds: 3600 });
    expect([first.status, first.body['state']]).to.deep.equal([200, 'reserved']);
    const again = await room.send('producer', 'POST', path, { seconds: 60 });
    expect(again.body).to.deep.equal(first.body);
    expect((await room.send('producer', 'POST', path, { seconds: 3601 })).status).to.equal(400);
    const unheard = await room.send('producer', 'POST', '/v1/orders/z/payment-started', {
      seconds: 60,
    });
    expect([unheard.status, unheard.body['code']]).to.deep.equal([409, 'not-reserved']);
  });

  it('are kept for a payment that is announced, once', async () => {
    await place('a');
    const path = '/v1/orders/a/payment-started';
    const first = await room.send('payments', 'POST', path, { seconds: 3600 });
    expect([first.status, first.body['state']]).to.deep.equal([200, 'reserved']);
    const again = await room.send('producer', 'POST', path, { seconds: 60 });
    expect(again.body).to.deep.equal(first.body);
    expect((await room.send('producer', 'POST', path, { seconds: 3601 })).status).to.equal(400);
    const other = '/v1/orders/z/payment-started';
    const unheard = await room.send('producer', 'POST', other, { seconds: 60 });
    expect([unheard.status, unheard.body['code']]).to.deep.equal([409, 'not-reserved']);
  });

  it('take no time that no hold may have, and no role that may not', async () => {
    await place('a');
    const path = '/v1/orders/a/extend';
    for (const seconds of [0, 604_801, '60', 1.5, undefined]) {
      const { status } = await room.send('producer', 'POST', path, { seconds });
      expect(status, `${seconds}`).to.equal(400);
    }
    expect((await room.send('payments', 'POST', path, { seconds: 60 })).status).to.equal(403);
  });
});
