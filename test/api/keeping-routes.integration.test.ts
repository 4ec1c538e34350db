import { expect } from 'chai';
import { expectBalanced } from '../support/books.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';

describe('how stock is kept, over HTTP', () => {
  let room: HttpRoom;
  beforeEach(async () => {
    room = await httpRoom();
    await room.restock(7, 10);
  });
  afterEach(async () => {
    await expectBalanced(room.database);
    await room.drop();
  });

  const put = async (body: object, role: 'operator' | 'producer' = 'operator') =>
    await room.send(role, 'PUT', '/v1/stock/7/keeping', body);

  it('is set by an operator, and shown with the stock', async () => {
    const thresholds = { lowAt: 2, backAt: 5 };
    const set = await put({ safety: 4, thresholds, reason: 'fair', actor: 'ann' });
    expect(set.status).to.equal(200);
    expect(set.body).to.include({ available: 10, safety: 4, forSale: 6, lowAt: 2, backAt: 5 });
    const { body } = await room.send('producer', 'GET', '/v1/stock/7');
    expect(body).to.deep.equal(set.body);
    await put({ safety: 0, thresholds: null, reason: 'over' });
    const bare = await room.send('viewer', 'GET', '/v1/stock/7');
    expect(bare.body).to.have.all.keys(
      'goodsId',
      'available',
      'held',
      'sold',
      'received',
      'version',
    );
    const { body: page } = await room.send('viewer', 'GET', '/v1/stock/7/keeping');
    const [second, first] = page['keepings'] as object[];
    expect(first).to.deep.include({ number: 1, safety: 4, thresholds, actor: 'ann' });
    expect(second).to.deep.include({ number: 2, safety: 0, actor: 'operator', reason: 'over' });
  });

  it('is refused without a reason, without a change, and with lines that cross', async () => {
    expect((await put({ safety: 4 })).status).to.equal(400);
    expect((await put({ reason: 'none' })).status).to.equal(400);
    expect((await put({ safety: 4, reason: 'x' }, 'producer')).status).to.equal(403);
    const crossed = await put({ thresholds: { lowAt: 5, backAt: 5 }, reason: 'x' });
    expect([crossed.status, crossed.body['code']]).to.deep.equal([409, 'thresholds-crossed']);
  });
});
