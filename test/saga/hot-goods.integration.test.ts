import { expect } from 'chai';
import type { OrderOutcome } from '../../src/saga/index.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

describe('one hot goods id', () => {
  let fixture: SagaFixture;
  before(async () => {
    fixture = await sagaFixture();
  });
  after(async () => {
    await fixture.drop();
  });

  it('sells exactly what is there, whoever asks and how often', async () => {
    await fixture.restock(1, 400);
    const ids = Array.from({ length: 1000 }, (_, index) => `hot-${index}`);
    const twice = [...ids, ...ids];
    await Promise.all(twice.map((id) => fixture.place(id, [{ goodsId: 1, quantity: 1 }])));
    const outcomes: OrderOutcome[] = await Promise.all(twice.map((id) => fixture.reserve(id)));
    const reserved = new Set(outcomes.filter((o) => o.state === 'reserved').map((o) => o.orderId));
    const rejected = new Set(outcomes.filter((o) => o.state === 'rejected').map((o) => o.orderId));
    expect(reserved.size).to.equal(400);
    expect(rejected.size).to.equal(600);
    const [stock] = await fixture.database.rows('SELECT * FROM stock');
    expect(stock).to.include({ available: 0, held: 400, sold: 0, received: 400 });
  });
});
