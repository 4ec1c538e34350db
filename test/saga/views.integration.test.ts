import { expect } from 'chai';
import { holdsOfGoods, listOrders, type OrderState } from '../../src/orders/index.ts';
import { readOrder } from '../../src/saga/index.ts';
import { listMovements, readStockView } from '../../src/stock/index.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

describe('what others see', () => {
  let fixture: SagaFixture;
  before(async () => {
    fixture = await sagaFixture();
    await fixture.restock(1, 20);
    await fixture.restock(2, 1);
    for (const [index, buyerId] of ['ann', 'ann_b', 'annXb', 'bob'].entries()) {
      const lines = [{ goodsId: 1, quantity: 1 + index }];
      await fixture.place(`order-${index}`, lines, { buyerId });
      await fixture.reserve(`order-${index}`);
    }
    await fixture.place('wide', [
      { goodsId: 2, quantity: 5 },
      { goodsId: 1, quantity: 1 },
    ]);
    await fixture.reserve('wide');
    await fixture.cancel('order-1');
  });
  after(async () => await fixture.drop());

  const ids = async (filter: { state?: OrderState; goodsId?: number; q?: string }) =>
    (await listOrders(fixture.database, { limit: 100, ...filter })).orders.map(
      ({ orderId }) => orderId,
    );

  it('is every order, newest first', async () => {
    expect(await ids({})).to.deep.equal(['wide', 'order-3', 'order-2', 'order-1', 'order-0']);
  });

  it('is only what was asked for', async () => {
    expect(await ids({ state: 'reserved' })).to.deep.equal(['order-3', 'order-2', 'order-0']);
    expect(await ids({ goodsId: 2 })).to.deep.equal(['wide']);
    expect(await ids({ goodsId: 1, state: 'cancelled' })).to.deep.equal(['order-1']);
    expect(await ids({ goodsId: 1, state: 'reserved', q: 'ann' })).to.deep.equal([
      'order-2',
      'order-0',
    ]);
  });

  it('begins with the text given, of which no character stands for another', async () => {
    expect(await ids({ q: 'order-' })).to.have.length(4);
    expect(await ids({ q: 'ann_' })).to.deep.equal(['order-1']);
    expect(await ids({ q: 'rder' })).to.deep.equal([]);
  });

  it('goes on where the page before ended, whatever comes meanwhile', async () => {
    const first = await listOrders(fixture.database, { limit: 2, q: 'order-' });
    await fixture.place('order-new', [{ goodsId: 1, quantity: 1 }]);
    const before = first.next ?? 0;
    const second = await listOrders(fixture.database, { limit: 3, q: 'order-', before });
    const seen = [...first.orders, ...second.orders].map(({ orderId }) => orderId);
    expect(seen).to.deep.equal(['order-3', 'order-2', 'order-1', 'order-0']);
    expect(second.next).to.equal(null);
  });

  it('is one order with its lines in order, its short lines and its history', async () => {
    const order = await readOrder(fixture.database, 'wide');
    expect(order).to.deep.include({
      state: 'rejected',
      reason: 'sold-out',
      short: [{ goodsId: 2, requested: 5, available: 1 }],
      lines: [
        { goodsId: 1, quantity: 1 },
        { goodsId: 2, quantity: 5 },
      ],
      payments: [],
    });
    expect(order?.history.map(({ to }) => to)).to.deep.equal(['placed', 'rejected']);
    expect(await readOrder(fixture.database, 'never')).to.equal(null);
  });

  it('is the stock, its ledger and who holds it', async () => {
    const stock = { goodsId: 1, available: 12, held: 8, sold: 0, received: 20, version: 6 };
    expect(await readStockView(fixture.database, 1)).to.deep.equal(stock);
    expect(await readStockView(fixture.database, 9)).to.equal(null);
    const { movements, next } = await listMovements(fixture.database, 1, { limit: 2 });
    expect(movements.map(({ kind, orderId }) => [kind, orderId])).to.deep.equal([
      ['release', 'order-1'],
      ['reserve', 'order-3'],
    ]);
    expect(next).to.equal(5);
    const { holds } = await holdsOfGoods(fixture.database, 1, { limit: 10 });
    expect(holds.map(({ orderId, quantity }) => [orderId, quantity])).to.deep.equal([
      ['order-3', 4],
      ['order-2', 3],
      ['order-0', 1],
    ]);
  });
});
