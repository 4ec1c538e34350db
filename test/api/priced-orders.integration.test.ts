import { expect } from 'chai';
import {
  addBrand,
  addCategory,
  addGoods,
  changeGoods,
  linkBrand,
} from '../../src/catalogue/index.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';

const quiet = { raisesEpoch: false };

describe('orders that cost what the catalogue says', () => {
  let room: HttpRoom;
  before(async () => {
    room = await httpRoom();
    await addBrand(room.database, { name: 'Acme', logo: null });
    await addCategory(room.database, { name: 'Audio', parentId: null });
    await linkBrand(room.database, 1, 1);
    await add(1, 100);
    await add(2, 250);
    await add(3, 10, { status: 'off-sale' });
    await add(4, 10, { currency: 'USD' });
    await add(5, Number.MAX_SAFE_INTEGER);
    for (const goodsId of [1, 2, 3, 4, 5]) await room.restock(goodsId, 1000);
  });
  after(() => room.drop());

  const words = (goodsId: number, shopPrice: number, more = {}) => ({
    name: `Goods ${goodsId}`,
    goodsSn: `SN-${goodsId}`,
    brandId: 1,
    categoryId: 1,
    shopPrice,
    currency: 'EUR',
    status: 'on-sale' as const,
    ...more,
  });
  const add = (goodsId: number, price: number, more = {}) =>
    addGoods(room.database, goodsId, words(goodsId, price, more), quiet);
  const place = (orderId: string, lines: Record<number, number>, more = {}) =>
    room.send('producer', 'POST', '/v1/orders?wait=5s&prices=catalogue', {
      orderId,
      lines: Object.entries(lines).map(([goodsId, quantity]) => ({
        goodsId: Number(goodsId),
        quantity,
      })),
      ...more,
    });
  const costOf = async (orderId: string) => {
    const { body } = await room.send('viewer', 'GET', `/v1/orders/${orderId}`);
    return [body['amount'], body['currency']];
  };

  it('have it computed where they say nothing', async () => {
    const first = await place('p-1', { 1: 3, 2: 2 });
    expect(first.status, JSON.stringify(first.body)).to.equal(201);
    expect(await costOf('p-1')).to.deep.equal([800, 'EUR']);
  });

  it('are held to it where they say something', async () => {
    const differs = await place('p-2', { 1: 1 }, { amount: 99, currency: 'EUR' });
    const facts = { status: 409, code: 'amount-differs', amount: 100, currency: 'EUR' };
    expect(differs.body).to.include(facts);
    expect((await place('p-2', { 1: 1 }, { amount: 100, currency: 'USD' })).body).to.include(facts);
    expect((await room.send('viewer', 'GET', '/v1/orders/p-2')).status).to.equal(404);
    expect((await place('p-2', { 1: 1 }, { amount: 100 })).status).to.equal(201);
    expect(await costOf('p-2')).to.deep.equal([100, 'EUR']);
  });

  it('are refused where there is no price, and then not placed', async () => {
    const codeOf = async (lines: Record<number, number>) =>
      (await place('p-3', lines)).body['code'];
    expect((await place('p-3', { 1: 1, 3: 1, 9: 1 })).body).to.deep.include({
      status: 409,
      code: 'not-for-sale',
      goodsIds: [3, 9],
    });
    expect(await codeOf({ 1: 1, 4: 1 })).to.equal('mixed-currencies');
    expect(await codeOf({ 5: 2 })).to.equal('invalid-input');
    expect((await room.send('viewer', 'GET', '/v1/orders/p-3')).status).to.equal(404);
  });

  it('keep the price they were placed with, however often they are sent', async () => {
    const first = await place('p-4', { 2: 1 });
    await changeGoods(room.database, 2, words(2, 300), quiet);
    const again = await place('p-4', { 2: 1 });
    expect([again.status, again.body]).to.deep.equal([first.status, first.body]);
    expect((await place('p-4', { 2: 1 }, { amount: 300 })).body['code']).to.equal('order-conflict');
    expect(await costOf('p-4')).to.deep.equal([250, 'EUR']);
  });

  it('are priced each by itself in a batch', async () => {
    const order = (orderId: string, goodsId: number) => ({
      orderId,
      lines: [{ goodsId, quantity: 1 }],
    });
    const { body } = await room.send('producer', 'POST', '/v1/orders/batch?prices=catalogue', {
      orders: [order('b-1', 1), order('b-2', 3), { orderId: 'b-3' }, order('b-4', 1)],
    });
    const answers = body['answers'] as { orderId: string | null; status: number; code?: string }[];
    expect(answers.map(({ orderId, status, code = 'fine' }) => [orderId, status, code])).to.eql([
      ['b-1', 202, 'fine'],
      ['b-2', 409, 'not-for-sale'],
      [null, 400, 'invalid-input'],
      ['b-4', 202, 'fine'],
    ]);
    expect(await costOf('b-4')).to.deep.equal([100, 'EUR']);
  });
});
