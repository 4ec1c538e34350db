import { expect } from 'chai';
import { multiplyOrders } from '../../bench/scale/order-copies-store.ts';
import { endHoldsAt, heldUpTo, ordersThere } from '../../bench/scale/scale-store.ts';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

describe('orders that are multiplied', () => {
  let fixture: SagaFixture;
  beforeEach(async () => {
    fixture = await sagaFixture();
    for (const goodsId of [1, 2]) await fixture.restock(goodsId, 2);
    for (const orderId of ['held', 'paid', 'rejected']) {
      await fixture.place(orderId, [
        { goodsId: 1, quantity: 1 },
        { goodsId: 2, quantity: 1 },
      ]);
      await fixture.reserve(orderId);
    }
    await fixture.pay({ orderId: 'paid', paymentId: 'p' });
    await multiplyOrders(fixture.database, 12);
  });
  afterEach(async () => {
    await fixture.drop();
  });

  it('are as many as were wanted, of every state', async () => {
    const states = await fixture.database.rows(
      'SELECT state, COUNT(*) AS orders FROM orders GROUP BY state ORDER BY CAST(state AS CHAR)',
    );
    expect(states).to.deep.equal([
      { state: 'paid', orders: 4 },
      { state: 'rejected', orders: 4 },
      { state: 'reserved', orders: 4 },
    ]);
  });

  it('balance, and go on as any others do', async () => {
    await expectBalanced(fixture.database);
    await fixture.pay({ orderId: 'held.3', paymentId: 'later' });
    await fixture.place('new', [{ goodsId: 1_000_001, quantity: 1 }]);
    await expectBalanced(fixture.database);
  });

  it('can be made due at one moment', async () => {
    const { first, last, count } = await ordersThere(fixture.database);
    expect(count).to.equal(12);
    expect(await heldUpTo(fixture.database, first, last)).to.equal(4);
    const at = Date.UTC(2030, 0, 2, 3, 4, 5);
    await endHoldsAt(fixture.database, { first, last, part: 2 }, at);
    const due = await fixture.database.rows(
      'SELECT DISTINCT due_at, expires_at FROM orders WHERE due_at IS NOT NULL',
    );
    expect(due).to.deep.equal([
      { due_at: '2030-01-02 03:04:05.000000', expires_at: '2030-01-02 03:04:05.000000' },
    ]);
  });
});
