import { expect } from 'chai';
import { audit, readOrder } from '../../src/saga/index.ts';
import { listMovements, readStockView } from '../../src/stock/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

describe('parts of an order', () => {
  let shop: SagaFixture;

  beforeEach(async () => {
    shop = await sagaFixture();
    await shop.restock(7, 10);
    await shop.restock(8, 10);
    await shop.place('a', [
      { goodsId: 7, quantity: 4 },
      { goodsId: 8, quantity: 1 },
    ]);
    await shop.reserve('a');
  });
  afterEach(async () => {
    await expectBalanced(shop.database);
    expect((await audit(shop.database)).differences).to.deep.equal([]);
    await shop.drop();
  });

  const stock = async (goodsId = 7) => await readStockView(shop.database, goodsId);
  const linesOf = async (orderId: string) => (await readOrder(shop.database, orderId))?.lines;
  const seven = (quantity: number, damaged?: boolean) => [
    { goodsId: 7, quantity, ...(damaged === undefined ? {} : { damaged }) },
  ];

  it('come back one by one, until the order is returned and its money due', async () => {
    await shop.pay({ paymentId: 'p', orderId: 'a' });
    expect(await shop.returnLines('a', 'r1', seven(3))).to.include({ state: 'paid' });
    expect(await stock()).to.include({ available: 9, sold: 1, received: 10 });
    await shop.returnLines('a', 'r2', [{ goodsId: 8, quantity: 1 }]);
    expect(await shop.returnLines('a', 'r3', seven(1))).to.include({ state: 'returned' });
    const order = await readOrder(shop.database, 'a');
    expect(order?.payments[0]).to.include({ state: 'refund-due', reason: 'returned' });
    expect(order?.history.at(-1)?.detail).to.deep.equal({ returnId: 'r3', lines: seven(1) });
    expect(await stock()).to.include({ available: 10, sold: 0, received: 10 });
  });

  it('come back once for each id, also when it is asked at the same time', async () => {
    await shop.pay({ paymentId: 'p', orderId: 'a' });
    const again = () => shop.returnLines('a', 'r1', seven(1));
    const answers = await Promise.all([again(), again(), again()]);
    answers.push(await again());
    const changes = answers.map(({ change }) => change);
    expect(changes).to.deep.equal(['changed', 'unchanged', 'unchanged', 'unchanged']);
    const other = await shop.returnLines('a', 'r1', seven(2));
    expect(other).to.include({ change: 'refused', code: 'parts-conflict' });
    expect(await stock()).to.include({ available: 7, sold: 3 });
  });

  it('are written off when they are damaged, in the ledger and with the reason', async () => {
    await shop.pay({ paymentId: 'p', orderId: 'a' });
    await shop.returnLines('a', 'r1', [...seven(1), ...seven(2, true)]);
    expect(await stock()).to.include({ available: 7, held: 0, sold: 1, received: 8 });
    const { movements } = await listMovements(shop.database, 7, { limit: 2 });
    expect(movements.map(({ kind, quantity }) => [kind, quantity])).to.deep.equal([
      ['restock', -2],
      ['return', 3],
    ]);
    expect(movements[0]?.reason).to.equal('damaged: return r1 of order a');
  });

  it('cannot come back more often than they were sold', async () => {
    await shop.pay({ paymentId: 'p', orderId: 'a' });
    await shop.returnLines('a', 'r1', seven(3));
    const tooMany = await shop.returnLines('a', 'r2', seven(2));
    expect(tooMany).to.include({ change: 'refused', code: 'too-many-units' });
    const foreign = await shop.returnLines('a', 'r3', [{ goodsId: 9, quantity: 1 }]);
    expect(foreign).to.include({ change: 'refused', code: 'too-many-units' });
    expect(await shop.giveBack('a')).to.include({ state: 'returned' });
    expect(await stock()).to.include({ available: 10, sold: 0 });
    expect(await shop.returnLines('a', 'r1', seven(3))).to.include({ change: 'unchanged' });
  });

  it('leave a hold before it is paid, and only the rest is sold', async () => {
    await shop.cancelLines('a', seven(3), 'c1');
    expect(await shop.cancelLines('a', seven(3), 'c1')).to.include({ change: 'unchanged' });
    await shop.cancelLines('a', [{ goodsId: 8, quantity: 1 }]);
    expect(await stock()).to.include({ available: 9, held: 1 });
    expect(await stock(8)).to.include({ available: 10, held: 0 });
    expect(await linesOf('a')).to.deep.equal([
      { goodsId: 7, quantity: 4, cancelled: 3 },
      { goodsId: 8, quantity: 1, cancelled: 1 },
    ]);
    expect(await shop.pay({ paymentId: 'p', orderId: 'a' })).to.include({ state: 'paid' });
    expect(await stock()).to.include({ available: 9, sold: 1 });
    expect(await shop.returnLines('a', 'r', seven(1))).to.include({ state: 'returned' });
  });

  it('leave an order that stays what was asked for, and expires with the rest', async () => {
    await shop.cancelLines('a', seven(1));
    const lines = [
      { goodsId: 7, quantity: 4 },
      { goodsId: 8, quantity: 1 },
    ];
    expect(await shop.place('a', lines)).to.include({ change: 'unchanged', state: 'reserved' });
    await shop.letTimePass('a');
    await shop.due('a');
    expect(await stock()).to.include({ available: 10, held: 0 });
    await shop.pay({ paymentId: 'p', orderId: 'a' });
    expect(await stock()).to.include({ available: 7, held: 0, sold: 3 });
  });

  it('leave an order before its goods are held, which are then fewer', async () => {
    await shop.place('b', seven(6));
    await shop.cancelLines('b', seven(5));
    expect(await shop.reserve('b')).to.include({ state: 'reserved' });
    expect(await stock()).to.include({ available: 5, held: 5 });
  });

  it('cancel the order with the last of them', async () => {
    await shop.cancelLines('a', seven(1));
    await shop.cancelLines('a', seven(3));
    const last = await shop.cancelLines('a', [{ goodsId: 8, quantity: 1 }], 'c');
    expect(last).to.include({ change: 'changed', state: 'cancelled' });
    expect(await stock()).to.include({ available: 10, held: 0 });
    expect(await stock(8)).to.include({ available: 10, held: 0 });
  });

  it('are the first, the middle and the last event of one batch', async () => {
    // Known by now, so that the others go in the order in which they come.
    await shop.place('b', seven(3));
    await Promise.all([
      shop.reserve('b'),
      shop.cancelLines('b', seven(1)),
      shop.pay({ paymentId: 'q', orderId: 'b' }),
      shop.returnLines('b', 'r', seven(1)),
    ]);
    expect(await linesOf('b')).to.deep.equal([
      { goodsId: 7, quantity: 3, cancelled: 1, returned: 1 },
    ]);
    expect(await stock()).to.include({ available: 5, held: 4, sold: 1 });
  });
});
