import { expect } from 'chai';
import { recount } from '../../bench/books-store.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

describe('the recount of the benchmark', () => {
  let fixture: SagaFixture;
  beforeEach(async () => {
    fixture = await sagaFixture();
    await fixture.restock(1, 3);
    for (const orderId of ['a', 'b']) {
      await fixture.place(orderId, [{ goodsId: 1, quantity: 1 }]);
      await fixture.reserve(orderId);
    }
    await fixture.pay({ orderId: 'a', paymentId: 'p' });
  });
  afterEach(async () => {
    await fixture.drop();
  });

  const spoilt = async (statement: string) => {
    await fixture.database.write(statement);
    return await recount(fixture.database, 1, 1);
  };

  it('finds nothing in books that are right', async () => {
    expect(await recount(fixture.database, 1, 1)).to.deep.equal({ oversold: 0, leaked: 0 });
  });

  it('finds a unit that left the stock row without an order', async () => {
    const { leaked } = await spoilt('UPDATE stock SET available = available - 1, sold = sold + 1');
    expect(leaked).to.be.greaterThan(0);
  });

  it('finds a unit that an order has and the stock row does not show', async () => {
    const { leaked } = await spoilt(`UPDATE orders SET state = 'cancelled' WHERE order_id = 'b'`);
    expect(leaked).to.be.greaterThan(0);
  });

  it('finds a movement that is missing from the ledger', async () => {
    const { leaked } = await spoilt(`DELETE FROM movements WHERE kind = 'settle'`);
    expect(leaked).to.be.greaterThan(0);
  });

  it('counts units promised beyond those that were received', async () => {
    const { oversold } = await spoilt(
      'UPDATE stock SET available = 0, held = 0, sold = 1, received = 1',
    );
    expect(oversold).to.equal(1);
  });
});
