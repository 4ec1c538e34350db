import { expect } from 'chai';
import { listNotices } from '../../src/notices/index.ts';
import { audit, readOrder } from '../../src/saga/index.ts';
import { readStockView } from '../../src/stock/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture, sagaOver } from '../support/saga-fixture.ts';

/** What users of other systems met, played here; docs/reference/peer-bugs.md says where from. */
describe('a shop that has read of the bugs of others', () => {
  let shop: SagaFixture;

  beforeEach(async () => {
    shop = await sagaFixture({ rules: { writesNotices: true } });
  });
  afterEach(async () => {
    await expectBalanced(shop.database);
    expect((await audit(shop.database)).differences).to.deep.equal([]);
    await shop.drop();
  });

  const ordered = async (orderId: string, lines: { goodsId: number; quantity: number }[]) => {
    await shop.place(orderId, lines);
    return await shop.reserve(orderId);
  };
  const some = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

  it('meets a smaller order at once after a larger one was refused', async () => {
    await shop.restock(1, 3);
    expect(await ordered('large', [{ goodsId: 1, quantity: 4 }])).to.include({ state: 'rejected' });
    expect(await ordered('small', [{ goodsId: 1, quantity: 3 }])).to.include({ state: 'reserved' });
  });

  it('loses neither a count nor the holds that come together with it', async () => {
    await shop.restock(1, 50);
    const counting = sagaOver(shop.database);
    await Promise.all(some(20).map((at) => shop.place(`o-${at}`, [{ goodsId: 1, quantity: 1 }])));
    await Promise.all([
      ...some(20).map((at) => shop.reserve(`o-${at}`)),
      ...some(10).map((at) => counting.restock(1, 1, `count-${at}`)),
    ]);
    expect(await readStockView(shop.database, 1)).to.include({
      available: 40,
      held: 20,
      received: 60,
    });
  });

  it('gives back all of a hundred lines when their time is up', async () => {
    await Promise.all(some(100).map((goodsId) => shop.restock(goodsId, 2)));
    await ordered(
      'wide',
      some(100).map((goodsId) => ({ goodsId, quantity: 2 })),
    );
    await shop.letTimePass('wide');
    expect(await shop.due('wide')).to.include({ state: 'expired' });
    const [sums] = await shop.database.rows(
      `SELECT CAST(SUM(available) AS SIGNED) AS available, CAST(SUM(held) AS SIGNED) AS held
       FROM stock`,
    );
    expect({ ...(sums as object) }).to.deep.equal({ available: 200, held: 0 });
  });

  it('gives back every hold of ten that end together, each once, though told twice', async () => {
    await shop.restock(1, 10);
    const other = sagaOver(shop.database);
    const orderIds = some(10).map((at) => `o-${at}`);
    for (const orderId of orderIds) await ordered(orderId, [{ goodsId: 1, quantity: 1 }]);
    for (const orderId of orderIds) await shop.letTimePass(orderId);
    const answers = await Promise.all(
      orderIds.flatMap((orderId) => [shop.due(orderId), other.due(orderId)]),
    );
    expect(answers.filter(({ change }) => change === 'changed')).to.have.length(10);
    expect(await readStockView(shop.database, 1)).to.include({ available: 10, held: 0 });
  });

  it('does not revive an order whose money went back, whoever pays for it again', async () => {
    await shop.restock(1, 1);
    await ordered('o', [{ goodsId: 1, quantity: 1 }]);
    await shop.pay({ paymentId: 'p', orderId: 'o' });
    await shop.giveBack('o');
    await shop.refunded('o', 'p');
    await shop.pay({ paymentId: 'p', orderId: 'o' });
    await shop.pay({ paymentId: 'late', orderId: 'o' });
    const order = await readOrder(shop.database, 'o');
    expect(order?.state).to.equal('returned');
    expect(order?.payments.map(({ paymentId, state }) => [paymentId, state])).to.deep.equal([
      ['p', 'refunded'],
      ['late', 'refund-due'],
    ]);
    expect(await readStockView(shop.database, 1)).to.include({ available: 1, sold: 0 });
  });

  it('never shows what is on hold as for sale', async () => {
    await shop.restock(1, 5);
    await ordered('o', [{ goodsId: 1, quantity: 3 }]);
    expect(await readStockView(shop.database, 1)).to.include({ available: 2, held: 3 });
    expect(await ordered('next', [{ goodsId: 1, quantity: 3 }])).to.include({ state: 'rejected' });
  });

  it('tells of each of the goods that one order sells out', async () => {
    for (const goodsId of [1, 2, 3]) await shop.restock(goodsId, 1);
    await ordered(
      'o',
      [1, 2, 3].map((goodsId) => ({ goodsId, quantity: 1 })),
    );
    const { notices } = await listNotices(shop.database, { limit: 50 });
    const out = notices.filter(({ kind }) => kind === 'stock.out').map(({ subject }) => subject);
    expect(out.toSorted()).to.deep.equal(['goods:1', 'goods:2', 'goods:3']);
  });

  it('takes all lines of an order or none, and keeps nobody else from them', async () => {
    await shop.restock(1, 1);
    await shop.restock(2, 1);
    await Promise.all([
      shop.place('both', [
        { goodsId: 1, quantity: 1 },
        { goodsId: 2, quantity: 2 },
      ]),
      shop.place('one', [{ goodsId: 1, quantity: 1 }]),
    ]);
    const [both, one] = await Promise.all([shop.reserve('both'), shop.reserve('one')]);
    expect([both.state, one.state]).to.deep.equal(['rejected', 'reserved']);
  });

  it('cancels in every state without taking a count below zero', async () => {
    await shop.restock(1, 3);
    await shop.place('placed', [{ goodsId: 1, quantity: 1 }]);
    await ordered('reserved', [{ goodsId: 1, quantity: 1 }]);
    await ordered('expired', [{ goodsId: 1, quantity: 1 }]);
    await shop.letTimePass('expired');
    await shop.due('expired');
    for (const orderId of ['placed', 'reserved', 'expired', 'unheard']) {
      await shop.cancel(orderId);
      await shop.cancel(orderId);
    }
    expect(await readStockView(shop.database, 1)).to.include({ available: 3, held: 0, sold: 0 });
  });
});
