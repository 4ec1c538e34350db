import { expect } from 'chai';
import { expectBalanced } from '../support/books.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';

describe('a count of stock over HTTP', () => {
  let room: HttpRoom;
  beforeEach(async () => {
    room = await httpRoom();
    await room.restock(7, 10);
    await room.place('a', [{ goodsId: 7, quantity: 4 }]);
    await room.reserve('a');
  });
  afterEach(async () => {
    await expectBalanced(room.database);
    await room.drop();
  });

  const put = async (body: object) => await room.send('operator', 'PUT', '/v1/stock/7', body);

  it('takes the units on hold for counted, and leaves them held', async () => {
    const { status, body } = await put({ onHand: 9, reason: 'counted' });
    expect([status, body['available'], body['held'], body['received']]).to.deep.equal([
      200, 5, 4, 9,
    ]);
    expect((await put({ onHand: 4 })).body).to.include({ available: 0, held: 4 });
  });

  it('is refused below what orders hold, and names them', async () => {
    const { status, body } = await put({ onHand: 3 });
    expect([status, body['code'], body['held']]).to.deep.equal([409, 'stock-below-held', 4]);
    const [first] = body['orders'] as object[];
    expect(first).to.include({ orderId: 'a', quantity: 4 });
    const stock = await room.send('viewer', 'GET', '/v1/stock/7');
    expect(stock.body).to.include({ available: 6, held: 4, received: 10 });
  });

  it('is refused on an older version, and together with what is for sale', async () => {
    const old = await put({ onHand: 9, expectedVersion: 1 });
    expect([old.status, old.body['code']]).to.deep.equal([409, 'version-conflict']);
    expect((await put({ onHand: 9, available: 5 })).status).to.equal(400);
    expect((await put({})).status).to.equal(400);
  });
});
