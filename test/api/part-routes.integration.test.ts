import { expect } from 'chai';
import { audit } from '../../src/saga/index.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';

describe('parts of an order over HTTP', () => {
  let room: HttpRoom;

  beforeEach(async () => {
    room = await httpRoom();
    await room.restock(7, 5);
    const order = { orderId: 'a', lines: [{ goodsId: 7, quantity: 4 }] };
    expect((await room.send('producer', 'POST', '/v1/orders?wait=5s', order)).status).to.equal(201);
  });
  afterEach(async () => {
    expect((await audit(room.database)).differences).to.deep.equal([]);
    await room.drop();
  });

  const post = async (verb: string, body: unknown) =>
    await room.send('producer', 'POST', `/v1/orders/a/${verb}`, body);
  const lines = (quantity: number) => [{ goodsId: 7, quantity }];

  it('are cancelled once for each id, and the order tells', async () => {
    const less = { lines: lines(1), cancelId: 'less' };
    expect((await post('cancel', less)).body).to.include({ state: 'reserved' });
    expect((await post('cancel', less)).status).to.equal(200);
    const other = await post('cancel', { ...less, lines: lines(2) });
    expect([other.status, other.body['code']]).to.deep.equal([409, 'parts-conflict']);
    const { body } = await room.send('viewer', 'GET', '/v1/orders/a');
    expect(body['lines']).to.deep.equal([{ goodsId: 7, quantity: 4, cancelled: 1 }]);
    expect((await post('cancel', {})).body).to.include({ state: 'cancelled' });
  });

  it('come back, sellable or damaged, and are refused when they cannot', async () => {
    const early = await post('returns', { returnId: 'r', lines: lines(1) });
    expect([early.status, early.body['code']]).to.deep.equal([409, 'not-paid']);
    await room.send('payments', 'POST', '/v1/orders/a/payments', { paymentId: 'p' });
    const back = {
      returnId: 'r',
      lines: [...lines(1), { goodsId: 7, quantity: 1, damaged: true }],
    };
    expect((await post('returns', back)).body).to.deep.equal({ orderId: 'a', state: 'paid' });
    expect((await post('returns', back)).status).to.equal(200);
    const stock = await room.send('viewer', 'GET', '/v1/stock/7');
    expect(stock.body).to.include({ available: 2, held: 0, sold: 2, received: 4 });
    const tooMany = await post('returns', { returnId: 's', lines: lines(3) });
    expect([tooMany.status, tooMany.body['code']]).to.deep.equal([409, 'too-many-units']);
    const rest = await post('returns', { returnId: 't', lines: lines(2) });
    expect(rest.body).to.include({ state: 'returned' });
  });

  it('are named in full, or nothing is done', async () => {
    for (const body of [{}, { returnId: 'r' }, { returnId: 'r', lines: [] }, { lines: lines(1) }]) {
      expect((await post('returns', body)).status).to.equal(400);
    }
    expect((await post('cancel', { lines: lines(0) })).status).to.equal(400);
    const payments = await room.send('payments', 'POST', '/v1/orders/a/returns', {});
    expect(payments.status).to.equal(403);
  });
});
