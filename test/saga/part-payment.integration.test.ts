import { expect } from 'chai';
import { audit, readOrder } from '../../src/saga/index.ts';
import { listMovements, readStockView } from '../../src/stock/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

const seven = (quantity: number) => [{ goodsId: 7, quantity }];

describe('a payment for a part of an order', () => {
  let shop: SagaFixture;
  beforeEach(async () => {
    shop = await sagaFixture();
    await shop.restock(7, 10);
    await shop.restock(8, 10);
    await shop.place('a', [...seven(4), { goodsId: 8, quantity: 1 }], { amount: 500 });
  });
  afterEach(async () => {
    await expectBalanced(shop.database);
    expect((await audit(shop.database)).differences).to.deep.equal([]);
    await shop.drop();
  });

  const stock = async (goodsId: number) => await readStockView(shop.database, goodsId);
  const pay = async (quantity: number, more: object = {}) =>
    await shop.pay({ orderId: 'a', paymentId: 'p', lines: seven(quantity), ...more });
  const order = async () => await readOrder(shop.database, 'a');

  it('settles its units and gives the rest back, in one transaction', async () => {
    await shop.reserve('a');
    const paid = await pay(3, { amount: 300 });
    expect(paid).to.deep.include({ state: 'paid', change: 'changed' });
    expect(await stock(7)).to.include({ available: 7, held: 0, sold: 3 });
    expect(await stock(8)).to.include({ available: 10, held: 0, sold: 0 });
    const { movements } = await listMovements(shop.database, 7, { limit: 3 });
    expect(movements.map(({ kind, quantity }) => `${kind} ${quantity}`)).to.deep.equal([
      'settle 3',
      'release 1',
      'reserve 4',
    ]);
    expect(movements[0]?.at).to.equal(movements[1]?.at);
    const { payments, lines, history } = (await order()) ?? {};
    expect(payments?.[0]).to.deep.include({ state: 'applied', amount: 300, lines: seven(3) });
    expect(lines?.[0]).to.include({ quantity: 4, cancelled: 1 });
    expect(history?.at(-2)?.detail).to.deep.include({ paymentId: 'p' });
  });

  it('is the same payment only for the same units', async () => {
    await shop.reserve('a');
    await pay(3);
    expect(await pay(3)).to.include({ change: 'unchanged', state: 'paid' });
    expect(await pay(2)).to.include({ change: 'refused', code: 'payment-conflict' });
    expect(await stock(7)).to.include({ sold: 3 });
  });

  it('goes back when it names units that the order has not, and the hold stays', async () => {
    await shop.reserve('a');
    const { payment } = await pay(5);
    expect(payment).to.include({ state: 'refund-due', reason: 'lines-mismatch' });
    expect(await stock(7)).to.include({ held: 4 });
    const other = { orderId: 'a', paymentId: 'q', lines: [{ goodsId: 9, quantity: 1 }] };
    expect((await shop.pay(other)).payment).to.include({ reason: 'lines-mismatch' });
  });

  it('waits for the goods of its order, and pays for its part then', async () => {
    expect((await pay(1)).payment).to.include({ state: 'early' });
    expect(await shop.reserve('a')).to.include({ state: 'paid' });
    expect(await stock(7)).to.include({ available: 9, held: 0, sold: 1 });
  });

  it('that comes late wants its part of the goods, and no more', async () => {
    await shop.reserve('a');
    await shop.letTimePass('a');
    await shop.due('a');
    await shop.restock(7, -8);
    await shop.restock(8, -10);
    expect(await pay(2)).to.include({ state: 'paid' });
    expect(await stock(7)).to.include({ available: 0, sold: 2 });
    expect((await order())?.lines[1]).to.include({ quantity: 1, cancelled: 1 });
  });

  it('for all units is a payment for the order', async () => {
    await shop.reserve('a');
    const lines = [{ goodsId: 8, quantity: 1 }, ...seven(3), ...seven(1)];
    expect(await shop.pay({ orderId: 'a', paymentId: 'p', lines })).to.include({ state: 'paid' });
    expect((await order())?.history.map(({ event }) => event)).to.not.include('cancel-lines');
  });
});
