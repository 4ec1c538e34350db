import { expect } from 'chai';
import type { Database } from '../../src/mysql/index.ts';
import { expectBalanced } from '../support/books.ts';
import {
  type SagaDoors,
  type SagaFixture,
  sagaFixture,
  sagaOver,
} from '../support/saga-fixture.ts';

/** A database on which something else happens once, between reading and writing. */
function interrupted(database: Database, meanwhile: () => Promise<unknown>): Database {
  let done: Promise<unknown> | undefined;
  return {
    ...database,
    transaction: (work) =>
      database.transaction(async (sql) => {
        const write: typeof sql.write = async (text, values) => {
          // All wait for it: writes are asked for together, and none may go before.
          done ??= meanwhile();
          await done;
          return await sql.write(text, values);
        };
        return await work({ ...sql, write });
      }),
  };
}

describe('two processes that write the same for the first time', () => {
  let fixture: SagaFixture;
  before(async () => {
    fixture = await sagaFixture();
    await fixture.restock(1, 10);
    await fixture.place('a', LINES);
    await fixture.place('b', [{ goodsId: 3, quantity: 1 }]);
  });
  after(async () => {
    expect(await fixture.database.rows('SELECT * FROM dead_letters')).to.deep.equal([]);
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  const LINES = [{ goodsId: 1, quantity: 1 }];
  const interruptedBy = (meanwhile: () => Promise<unknown>): SagaDoors =>
    sagaOver(interrupted(fixture.database, meanwhile));

  it('agree on an order that both place', async () => {
    const late = interruptedBy(() => fixture.place('same', LINES));
    expect(await late.place('same', LINES)).to.include({ change: 'unchanged', state: 'placed' });
    expect(late.saga.stats).to.include({ retries: 1, splits: 0, buried: 0 });
  });

  it('agree on an order that one places with other content', async () => {
    const late = interruptedBy(() => fixture.place('other', LINES));
    const other = await late.place('other', [{ goodsId: 1, quantity: 2 }]);
    expect(other).to.include({ change: 'refused', code: 'order-conflict' });
  });

  it('never miss each other: a cancel that finds no order, and the order', async () => {
    const late = interruptedBy(() => fixture.place('missed', LINES));
    expect(await late.cancel('missed')).to.include({ state: 'cancelled' });
    const early = interruptedBy(() => fixture.cancel('met'));
    expect(await early.place('met', LINES)).to.include({ state: 'cancelled' });
  });

  it('never miss each other: a payment that finds no order, and the order', async () => {
    const late = interruptedBy(() => fixture.place('paid', LINES));
    expect(await late.pay({ orderId: 'paid', paymentId: 'p-1' })).to.include({ state: 'placed' });
    expect(await fixture.reserve('paid')).to.include({ state: 'paid' });
    const early = interruptedBy(() => fixture.pay({ orderId: 'unpaid', paymentId: 'p-2' }));
    await early.place('unpaid', LINES);
    expect(await fixture.reserve('unpaid')).to.include({ state: 'paid' });
  });

  it('take a payment id once', async () => {
    const late = interruptedBy(() => fixture.pay({ orderId: 'a', paymentId: 'p' }));
    const second = await late.pay({ orderId: 'b', paymentId: 'p' });
    expect(second).to.include({ change: 'refused', code: 'payment-conflict' });
  });

  it('count a delivery once', async () => {
    const late = interruptedBy(() => fixture.restock(2, 5, 'delivery'));
    const { change, balance } = await late.restock(2, 5, 'delivery');
    expect([change, balance.available]).to.deep.equal(['unchanged', 5]);
  });
});
