import { expect } from 'chai';
import { listOrders, holdsOfGoods } from '../../src/orders/index.ts';
import { advanceDue, audit, type Nudges, readOrder } from '../../src/saga/index.ts';
import { readStockView } from '../../src/stock/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

const GRACE = 600;

describe('a hold whose time is up', () => {
  let shop: SagaFixture;
  const alarms: number[] = [];
  const nudges: Nudges = { reserve: () => undefined, wakeAt: (at) => alarms.push(...at) };

  beforeEach(async () => {
    alarms.length = 0;
    shop = await sagaFixture({ nudges, rules: { graceSeconds: GRACE } });
    await shop.restock(7, 2);
    await shop.place('a', [{ goodsId: 7, quantity: 2 }], { holdSeconds: 60 });
    await shop.reserve('a');
  });
  afterEach(async () => {
    await expectBalanced(shop.database);
    expect((await audit(shop.database)).differences).to.deep.equal([]);
    await shop.drop();
  });

  /** As if so many seconds had gone by since. */
  const letSecondsPass = async (seconds: number): Promise<void> => {
    await shop.database.write(
      `UPDATE orders SET expires_at = expires_at - INTERVAL ? SECOND,
         due_at = due_at - INTERVAL ? SECOND`,
      [seconds, seconds],
    );
  };
  const sweep = async () => await advanceDue(shop, 'sweep');

  it('is shown as over from its expiry on, before anybody released it', async () => {
    expect(await readOrder(shop.database, 'a')).to.not.have.property('over');
    await letSecondsPass(61);
    expect(await readOrder(shop.database, 'a')).to.include({ state: 'reserved', over: true });
    const { orders } = await listOrders(shop.database, { limit: 1 });
    expect(orders[0]).to.include({ over: true });
    const { holds } = await holdsOfGoods(shop.database, 7, { limit: 1 });
    expect(holds[0]).to.include({ orderId: 'a', quantity: 2, over: true });
  });

  it('keeps its goods for a payment that comes in the time of grace', async () => {
    await letSecondsPass(61);
    expect(await sweep()).to.equal(0);
    expect(await readStockView(shop.database, 7)).to.include({ available: 0, held: 2 });
    expect(await shop.pay({ paymentId: 'p', orderId: 'a' })).to.include({ state: 'paid' });
    expect(await readOrder(shop.database, 'a')).to.not.have.property('over');
  });

  it('is released when the grace is over too, and the alarm rings for that second', async () => {
    await letSecondsPass(61 + GRACE);
    expect(await sweep()).to.equal(1);
    expect(await readOrder(shop.database, 'a')).to.include({ state: 'expired' });
    const { placedAt = '' } = (await readOrder(shop.database, 'a')) ?? {};
    const rings = (alarms[0] ?? 0) - Date.parse(placedAt) / 1000;
    expect(rings).to.be.within(60 + GRACE, 60 + GRACE + 30);
  });

  it('has its grace after an extension and a payment announced as well', async () => {
    await shop.extend('a', 100);
    await letSecondsPass(101);
    expect(await sweep()).to.equal(0);
    await shop.announce('a', 50);
    await letSecondsPass(51 + GRACE);
    expect(await sweep()).to.equal(1);
  });
});

describe('a hold for which a payment is announced', () => {
  let shop: SagaFixture;
  beforeEach(async () => {
    shop = await sagaFixture();
    await shop.restock(7, 2);
    await shop.place('a', [{ goodsId: 7, quantity: 2 }], { holdSeconds: 60 });
    await shop.reserve('a');
  });
  afterEach(async () => {
    await expectBalanced(shop.database);
    await shop.drop();
  });
  const expiry = async () => (await readOrder(shop.database, 'a'))?.expiresAt;

  it('is kept once, also when it is announced twice at the same time', async () => {
    const before = await expiry();
    const answers = await Promise.all([shop.announce('a', 600), shop.announce('a', 1200)]);
    answers.push(await shop.announce('a', 1800));
    expect(answers.map(({ change }) => change)).to.deep.equal([
      'changed',
      'unchanged',
      'unchanged',
    ]);
    const after = await expiry();
    expect(Date.parse(String(after)) - Date.parse(String(before))).to.be.within(539_000, 545_000);
  });

  it('is never made shorter, and never kept for more than an hour', async () => {
    await shop.extend('a', 7200);
    const before = await expiry();
    expect(await shop.announce('a', 60)).to.include({ change: 'changed', state: 'reserved' });
    expect(await expiry()).to.equal(before);
    await shop.place('b', [{ goodsId: 7, quantity: 1 }]);
    expect(await shop.announce('b', 60)).to.include({ change: 'refused', code: 'not-reserved' });
  });

  it('is not ended by the alarm of its first end', async () => {
    await shop.letTimePass('a');
    await Promise.all([shop.announce('a', 600), shop.due('a')]);
    expect(await readOrder(shop.database, 'a')).to.include({ state: 'reserved' });
  });
});
