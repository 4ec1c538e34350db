import { expect } from 'chai';
import { audit, readOrder } from '../../src/saga/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture, sagaOver } from '../support/saga-fixture.ts';

const rules = { maxHoldsPerBuyer: 2, maxUnitsPerBuyer: 5 };
const MANY = 8;
const ROUNDS = 12;

describe('a buyer with limits', () => {
  let shop: SagaFixture;

  beforeEach(async () => {
    shop = await sagaFixture({ rules });
    for (const goodsId of [1, 2, 3, 4, 5, 6, 7, 8]) await shop.restock(goodsId, 50);
  });
  afterEach(async () => {
    await expectBalanced(shop.database);
    expect((await audit(shop.database)).differences).to.deep.equal([]);
    await shop.drop();
  });

  const order = async (orderId: string, { goodsId = 7, quantity = 1, buyerId = 'ann' } = {}) => {
    await shop.place(orderId, [{ goodsId, quantity }], { buyerId });
    return await shop.reserve(orderId);
  };

  it('is rejected beyond so many open holds, with the limit in the history', async () => {
    await order('a');
    await order('b');
    const third = await order('c');
    expect(third).to.include({ state: 'rejected', reason: 'too-many-holds' });
    expect(third.message).to.contain('2 open holds (HOLDFAST_MAX_HOLDS_PER_BUYER)');
    const history = (await readOrder(shop.database, 'c'))?.history;
    expect(history?.at(-1)?.detail).to.deep.equal({
      reason: 'too-many-holds',
      limit: { setting: 'HOLDFAST_MAX_HOLDS_PER_BUYER', max: 2, held: 2 },
    });
    expect(await order('d', { buyerId: 'bob' })).to.include({ state: 'reserved' });
  });

  it('may order again once a hold is paid, cancelled or expired', async () => {
    await order('a');
    await order('b');
    await shop.pay({ paymentId: 'p', orderId: 'a' });
    expect(await order('c')).to.include({ state: 'reserved' });
    await shop.cancel('b');
    expect(await order('d')).to.include({ state: 'reserved' });
    await shop.letTimePass('c');
    await shop.due('c');
    expect(await order('e')).to.include({ state: 'reserved' });
    expect(await shop.extend('c', 60)).to.include({ change: 'refused', code: 'too-many-holds' });
  });

  it('is rejected beyond so many units of one goods id', async () => {
    await order('a', { quantity: 4 });
    const more = await order('b', { quantity: 2 });
    expect(more).to.include({ state: 'rejected', reason: 'too-many-holds' });
    expect(more.message).to.contain('5 units of goods 7 on hold (HOLDFAST_MAX_UNITS_PER_BUYER)');
    expect(await order('c', { quantity: 2, goodsId: 8 })).to.include({ state: 'reserved' });
    await shop.cancelLines('a', [{ goodsId: 7, quantity: 1 }]);
    await shop.cancel('c');
    expect(await order('d', { quantity: 2 })).to.include({ state: 'reserved' });
  });

  it('gets no more by asking for everything at the same time, from several processes', async () => {
    const others = [1, 2, 3, 4].map(() => sagaOver(shop.database, { rules }));
    for (let round = 0; round < ROUNDS; round += 1) {
      const buyerId = `buyer-${round}`;
      const orderIds = others.map((_, index) => `${buyerId}-${index}`);
      for (const [index, orderId] of orderIds.entries()) {
        // Other goods for each, so that no row of stock keeps them apart.
        await shop.place(orderId, [{ goodsId: index + 1, quantity: 1 }], { buyerId });
      }
      const answers = await Promise.all(
        others.map((doors, index) => doors.reserve(orderIds[index] ?? '')),
      );
      const reserved = answers.filter(({ state }) => state === 'reserved');
      expect(reserved, `round ${round}`).to.have.length(2);
    }
  });

  it('gets no more by orders that are placed and decided at once in one batch', async () => {
    const via = { cause: 'http', attempt: 1 } as const;
    const answers = await shop.saga.advanceAll(
      Array.from({ length: MANY }, (_, index) => ({
        kind: 'placed' as const,
        order: {
          orderId: `at-once-${index}`,
          buyerId: 'ann',
          lines: [{ goodsId: 7, quantity: 1 }],
        },
        reserveWithinMs: 1000,
        via,
      })),
    );
    const states = answers.map(
      (one) => 'outcome' in one && 'state' in one.outcome && one.outcome.state,
    );
    expect(states.filter((state) => state === 'reserved')).to.have.length(2);
  });
});
