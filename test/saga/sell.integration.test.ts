import { expect } from 'chai';
import fc from 'fast-check';
import { audit, readOrder } from '../../src/saga/index.ts';
import { readStockView } from '../../src/stock/index.ts';
import { type SagaFixture, sagaFixture, sagaOver } from '../support/saga-fixture.ts';

const lines = [
  { goodsId: 1, quantity: 2 },
  { goodsId: 2, quantity: 1 },
];

describe('goods that are sold at once', () => {
  let fixture: SagaFixture;

  beforeEach(async () => {
    fixture = await sagaFixture();
    await fixture.restock(1, 10);
    await fixture.restock(2, 10);
  });
  afterEach(async () => {
    expect((await audit(fixture.database)).differences).to.deep.equal([]);
    await fixture.drop();
  });

  const counts = async (goodsId: number) => {
    const {
      available = 0,
      held = 0,
      sold = 0,
    } = (await readStockView(fixture.database, goodsId)) ?? {};
    return { available, held, sold };
  };
  const story = async (orderId: string) => {
    const {
      state,
      history = [],
      payments = [],
    } = (await readOrder(fixture.database, orderId)) ?? {};
    return { state, steps: history.map(({ event }) => event), payments };
  };

  it('are sold in one transaction, with history and ledger, and without a payment', async () => {
    const { batches } = fixture.saga.stats;
    expect(await fixture.sell('o', lines)).to.deep.equal({
      orderId: 'o',
      state: 'paid',
      change: 'changed',
    });
    expect(fixture.saga.stats.batches).to.equal(batches + 1);
    expect(await counts(1)).to.deep.equal({ available: 8, held: 0, sold: 2 });
    const steps = ['placed', 'reserve', 'sell'];
    expect(await story('o')).to.deep.equal({ state: 'paid', steps, payments: [] });
  });

  it('stay sold once, however often and from wherever it is asked again', async () => {
    const other = sagaOver(fixture.database);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? fixture : other).sell('o', lines)),
    );
    expect(new Set(answers.map(({ state }) => state))).to.deep.equal(new Set(['paid']));
    expect(answers.filter(({ change }) => change === 'changed')).to.have.length(1);
    expect(await counts(2)).to.deep.equal({ available: 9, held: 0, sold: 1 });
    const different = await fixture.sell('o', [{ goodsId: 1, quantity: 1 }]);
    expect(different).to.include({ change: 'refused', code: 'order-conflict', state: 'paid' });
  });

  it('come back whole, once, and are never sold again under the same id', async () => {
    await fixture.sell('o', lines);
    const answers = await Promise.all(Array.from({ length: 9 }, () => fixture.giveBack('o')));
    expect(answers.filter(({ change }) => change === 'changed')).to.have.length(1);
    expect(await counts(1)).to.deep.equal({ available: 10, held: 0, sold: 0 });
    expect(await fixture.sell('o', lines)).to.include({ state: 'returned', change: 'unchanged' });
    expect(await counts(1)).to.deep.equal({ available: 10, held: 0, sold: 0 });
  });

  it('are refused with what was short, and the answer stays after a delivery', async () => {
    const answer = await fixture.sell('o', [...lines, { goodsId: 3, quantity: 1 }]);
    const short = [{ goodsId: 3, requested: 1, available: 0 }];
    expect(answer).to.deep.include({ state: 'rejected', reason: 'unknown-goods', short });
    await fixture.restock(3, 5);
    const again = await fixture.sell('o', [...lines, { goodsId: 3, quantity: 1 }]);
    expect(again).to.deep.equal({ ...answer, change: 'unchanged' });
    expect(await counts(3)).to.deep.equal({ available: 5, held: 0, sold: 0 });
  });

  it('are not locked for a sale that can only be refused', async () => {
    await fixture.sell('first', [{ goodsId: 1, quantity: 10 }]);
    const rounds = fixture.saga.stats.lockRounds;
    const answer = await fixture.sell('second', [{ goodsId: 1, quantity: 1 }]);
    expect(answer).to.include({ state: 'rejected', reason: 'sold-out' });
    expect(fixture.saga.stats.lockRounds).to.equal(rounds);
  });

  it('stay where they are when a cancel came first, and the order tells it', async () => {
    expect(await fixture.cancel('o')).to.include({ state: 'awaited' });
    expect(await fixture.sell('o', lines)).to.include({ state: 'cancelled', change: 'changed' });
    expect(await fixture.sell('o', lines)).to.include({ state: 'cancelled', change: 'unchanged' });
    expect(await counts(1)).to.deep.equal({ available: 10, held: 0, sold: 0 });
  });

  it('are sold to a stub that a payment left, and then the payment pays', async () => {
    await fixture.pay({ orderId: 'o', paymentId: 'p' });
    await fixture.pay({ orderId: 'short', paymentId: 'q' });
    expect(await fixture.sell('o', lines)).to.include({ state: 'paid' });
    expect((await story('o')).payments[0]).to.include({ state: 'applied' });
    const much = await fixture.sell('short', [{ goodsId: 1, quantity: 99 }]);
    expect(much).to.include({ state: 'rejected' });
    expect((await story('short')).payments[0]).to.include({ state: 'refund-due' });
  });

  it('are those that an order holds already, or has been placed for', async () => {
    await fixture.place('held', lines);
    await fixture.reserve('held');
    await fixture.place('placed', lines);
    expect(await fixture.sell('held', lines)).to.include({ state: 'paid', change: 'changed' });
    expect(await fixture.sell('placed', lines)).to.include({ state: 'paid', change: 'changed' });
    expect(await counts(1)).to.deep.equal({ available: 6, held: 0, sold: 4 });
  });

  it('send the payment back that had paid for them when they come back', async () => {
    await fixture.place('o', lines);
    await fixture.reserve('o');
    await fixture.pay({ orderId: 'o', paymentId: 'p', amount: 500 });
    expect(await fixture.giveBack('o')).to.include({ state: 'returned', change: 'changed' });
    const { payments } = await story('o');
    expect(payments[0]).to.include({ state: 'refund-due', reason: 'returned' });
    const late = await fixture.pay({ orderId: 'o', paymentId: 'q', amount: 500 });
    expect(late).to.include({ state: 'returned' });
    expect(await fixture.cancel('o')).to.include({ change: 'refused', code: 'already-paid' });
  });

  it('do not come back of an order that is not paid', async () => {
    await fixture.place('o', lines);
    for (const orderId of ['o', 'nobody-knows']) {
      const answer = await fixture.giveBack(orderId);
      expect(answer).to.include({ change: 'refused', code: 'not-paid' });
    }
    expect(await readOrder(fixture.database, 'nobody-knows')).to.equal(null);
  });

  it('balance after any mix of events at once, in two processes', async () => {
    const other = sagaOver(fixture.database);
    const id = fc.constantFrom('a', 'b', 'c', 'd');
    const act = fc.record({
      id,
      kind: fc.constantFrom('sell', 'sell', 'giveBack', 'cancel', 'place', 'reserve', 'pay', 'due'),
      isOther: fc.boolean(),
    });
    const [...acts] = fc.sample(fc.array(act, { minLength: 300, maxLength: 300 }), 1)[0] ?? [];
    await Promise.all(
      acts.map(async ({ id: orderId, kind, isOther }, index) => {
        const doors = isOther ? other : fixture;
        const round = `${orderId}-${Math.floor(index / 30)}`;
        if (kind === 'sell' || kind === 'place') await doors[kind](round, lines);
        else if (kind === 'pay') await doors.pay({ orderId: round, paymentId: `p-${index}` });
        else await doors[kind](round);
      }),
    );
    const { available, held, sold } = await counts(1);
    expect(available + held + sold).to.equal(10);
  });
});
