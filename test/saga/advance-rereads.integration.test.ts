import { expect } from 'chai';
import { expectBalanced } from '../support/books.ts';
import {
  type SagaDoors,
  type SagaFixture,
  sagaFixture,
  sagaOver,
} from '../support/saga-fixture.ts';

describe('an order whose goods were not known when its batch was formed', () => {
  let fixture: SagaFixture;
  let other: SagaDoors;
  before(async () => {
    fixture = await sagaFixture();
    other = sagaOver(fixture.database);
    await fixture.restock(1, 100);
  });
  after(async () => {
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  it('is reserved in the batch after the one that placed it', async () => {
    const [placed, reserved] = await Promise.all([
      fixture.place('both', [{ goodsId: 1, quantity: 1 }]),
      fixture.reserve('both'),
    ]);
    expect([placed.state, reserved.state]).to.deep.equal(['placed', 'reserved']);
    expect(fixture.saga.stats.rereads).to.be.greaterThan(0);
  });

  it('goes all its way when everything about it comes at once', async () => {
    const outcomes = await Promise.all([
      fixture.place('all', [{ goodsId: 1, quantity: 1 }]),
      fixture.reserve('all'),
      fixture.pay({ orderId: 'all', paymentId: 'p-all' }),
      fixture.reserve('all'),
      fixture.place('all', [{ goodsId: 1, quantity: 1 }]),
    ]);
    expect(outcomes.map(({ change }) => change)).to.not.include('refused');
    const [order] = await fixture.database.rows(`SELECT state FROM orders WHERE order_id = 'all'`);
    expect(order).to.deep.equal({ state: 'paid' });
  });

  it('is never called unknown when one batch places and reserves it', async () => {
    // Its stub is remembered, without goods, so both events are ready in the same moment.
    await fixture.pay({ orderId: 'one-batch', paymentId: 'p-one-batch' });
    const { batches } = fixture.saga.stats;
    const [placed, reserved] = await Promise.all([
      fixture.place('one-batch', [{ goodsId: 1, quantity: 1 }]),
      fixture.reserve('one-batch'),
    ]);
    expect([placed.state, reserved.state]).to.deep.equal(['placed', 'paid']);
    expect(fixture.saga.stats.batches).to.equal(batches + 2);
  });

  it('is reserved after a stub was remembered here and filled elsewhere', async () => {
    await fixture.pay({ orderId: 'stub', paymentId: 'p-stub' });
    await other.place('stub', [{ goodsId: 1, quantity: 1 }]);
    expect((await fixture.reserve('stub')).state).to.equal('paid');
  });

  it('goes back in line when its lines change between the reading and the locking', async () => {
    await fixture.place('moving', [{ goodsId: 1, quantity: 1 }]);
    await fixture.restock(2, 10);
    await fixture.database.write(
      `UPDATE order_lines l JOIN orders o ON o.seq = l.order_seq SET l.goods_id = 2
       WHERE o.order_id = 'moving'`,
    );
    const { rereads } = fixture.saga.stats;
    expect((await fixture.reserve('moving')).state).to.equal('reserved');
    expect(fixture.saga.stats.rereads).to.equal(rereads + 1);
    const stock = await fixture.database.rows('SELECT held FROM stock WHERE goods_id = 2');
    expect(stock).to.deep.equal([{ held: 1 }]);
  });

  it('is not rejected because of what this process remembers of its goods', async () => {
    await fixture.restock(3, 1);
    await fixture.place('first', [{ goodsId: 3, quantity: 1 }]);
    await fixture.place('second', [{ goodsId: 3, quantity: 1 }]);
    await fixture.reserve('first');
    await other.cancel('first');
    expect((await fixture.reserve('second')).state).to.equal('reserved');
  });
});

describe('a batch of nothing but rejections', () => {
  let fixture: SagaFixture;
  let asked = 0;
  before(async () => {
    const answer = () => {
      asked += 1;
      return Promise.resolve({ kind: 'unreachable', reason: 'none here' } as const);
    };
    fixture = await sagaFixture({ locks: { tryLock: answer, lock: answer } });
  });
  after(() => fixture.drop());

  it('takes no lock and writes no stock row', async () => {
    await fixture.restock(1, 1);
    await fixture.place('winner', [{ goodsId: 1, quantity: 1 }]);
    await fixture.reserve('winner');
    const ids = Array.from({ length: 50 }, (_, index) => `late-${index}`);
    await Promise.all(ids.map((id) => fixture.place(id, [{ goodsId: 1, quantity: 1 }])));
    const read = 'SELECT version, fence FROM stock';
    const before = { asked, stock: await fixture.database.rows(read) };
    const outcomes = await Promise.all(ids.map((id) => fixture.reserve(id)));
    expect(outcomes.every(({ state }) => state === 'rejected')).to.equal(true);
    expect({ asked, stock: await fixture.database.rows(read) }).to.deep.equal(before);
    expect(outcomes[0]?.short).to.deep.equal([{ goodsId: 1, requested: 1, available: 0 }]);
    await expectBalanced(fixture.database);
  });
});
