import { expect } from 'chai';
import { audit, type OrderOutcome, readOrder } from '../../src/saga/index.ts';
import { readStockView } from '../../src/stock/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture, sagaOver } from '../support/saga-fixture.ts';

const rules = { maxHoldsPerBuyer: 1 };

describe('an order that replaces another', () => {
  let shop: SagaFixture;

  beforeEach(async () => {
    shop = await sagaFixture({ rules });
    await shop.restock(7, 2);
    await shop.restock(8, 5);
    await shop.place('old', [{ goodsId: 7, quantity: 2 }], { buyerId: 'ann' });
    await shop.reserve('old');
  });
  afterEach(async () => {
    await expectBalanced(shop.database);
    expect((await audit(shop.database)).differences).to.deep.equal([]);
    await shop.drop();
  });

  const again = async (orderId: string, quantity = 2, more = {}): Promise<OrderOutcome> => {
    const request = { buyerId: 'ann', replaces: 'old', ...more };
    return await shop.place(orderId, [{ goodsId: 7, quantity }], request);
  };
  const stateOf = async (orderId: string) => (await readOrder(shop.database, orderId))?.state;

  it('takes over the last units, which its buyer holds already', async () => {
    expect(await again('new')).to.include({ change: 'changed', state: 'reserved' });
    expect(await stateOf('old')).to.equal('cancelled');
    expect(await readStockView(shop.database, 7)).to.include({ available: 0, held: 2 });
    const old = await readOrder(shop.database, 'old');
    expect(old?.history.at(-1)?.detail).to.deep.equal({ replacedBy: 'new' });
    expect(await again('new')).to.include({ change: 'unchanged', state: 'reserved' });
  });

  it('leaves one order to pay, whichever is paid', async () => {
    await again('new');
    const late = await shop.pay({ paymentId: 'p', orderId: 'old' });
    expect(late.payment).to.include({ state: 'refund-due', reason: 'cancelled' });
    expect(await shop.pay({ paymentId: 'q', orderId: 'new' })).to.include({ state: 'paid' });
  });

  it('leaves the old one as it is when the goods do not suffice even so', async () => {
    const answer = await again('new', 3);
    expect(answer).to.include({ state: 'rejected', reason: 'sold-out' });
    expect(answer.short).to.deep.equal([{ goodsId: 7, requested: 3, available: 2 }]);
    expect(await stateOf('old')).to.equal('reserved');
  });

  it('must be of the same buyer, and the old one unpaid', async () => {
    const foreign = await again('new', 1, { buyerId: 'bob' });
    expect(foreign).to.include({ change: 'refused', code: 'not-replaceable' });
    const itself = await again('self', 1, { replaces: 'self' });
    expect(itself).to.include({ change: 'refused', code: 'not-replaceable' });
    await shop.pay({ paymentId: 'p', orderId: 'old' });
    expect(await again('new', 1)).to.include({ change: 'refused', code: 'already-paid' });
    expect(await stateOf('new')).to.equal(undefined);
  });

  it('keeps one that comes later from being paid beside it', async () => {
    await shop.cancel('old');
    expect(await again('new', 1, { replaces: 'slow' })).to.include({ state: 'reserved' });
    const slow = await shop.place('slow', [{ goodsId: 8, quantity: 1 }], { buyerId: 'ann' });
    expect(slow).to.include({ state: 'cancelled' });
  });

  it('is one of two when both replace the same at the same time, from two processes', async () => {
    const other = sagaOver(shop.database, { rules });
    const line = [{ goodsId: 7, quantity: 2 }];
    const answers = await Promise.all([
      again('one'),
      other.place('two', line, { buyerId: 'ann', replaces: 'old' }),
    ]);
    const states = answers.map(({ state }) => state).toSorted();
    expect(states).to.deep.equal(['rejected', 'reserved']);
    expect(await readStockView(shop.database, 7)).to.include({ available: 0, held: 2 });
  });

  it('and the payment of the old one: one of them is paid, never both', async () => {
    const other = sagaOver(shop.database, { rules });
    await Promise.all([again('new'), other.pay({ paymentId: 'p', orderId: 'old' })]);
    const states = [await stateOf('old'), await stateOf('new')];
    expect([
      ['paid', undefined],
      ['cancelled', 'reserved'],
    ]).to.deep.include(states);
  });
});
