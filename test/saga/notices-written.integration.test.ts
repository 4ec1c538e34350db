import { expect } from 'chai';
import { AppError } from '../../src/kernel/index.ts';
import { listNotices } from '../../src/notices/index.ts';
import type { GoodsLocks } from '../../src/saga/index.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

const lines = [{ goodsId: 1, quantity: 1 }];

/** A lock that is found lost when everything is written and only the COMMIT is missing. */
class LostLocks implements GoodsLocks {
  losses = 0;
  tryLock: GoodsLocks['tryLock'] = () =>
    Promise.resolve({
      kind: 'held',
      held: {
        fence: 1n,
        assertHeld: () => {
          if (this.losses <= 0) return;
          this.losses -= 1;
          throw new AppError('lock-lost', 'lost', { retryable: true });
        },
        release: () => Promise.resolve(),
      },
    });
  lock: GoodsLocks['lock'] = (names, ask) => this.tryLock(names, ask);
}

describe('the notices of a transaction', () => {
  let fixture: SagaFixture;
  let locks: LostLocks;

  const open = async (writesNotices: boolean) => {
    locks = new LostLocks();
    fixture = await sagaFixture({ locks, rules: { writesNotices } });
    await fixture.restock(1, 2);
  };
  const written = async () => {
    const { notices } = await listNotices(fixture.database, { limit: 100 });
    return notices.toReversed().map(({ kind, subject }) => `${kind} ${subject}`);
  };
  const stories = async () => {
    await fixture.place('paid', lines);
    await fixture.reserve('paid');
    await fixture.pay({ orderId: 'paid', paymentId: 'p1', amount: 5, currency: 'EUR' });
    await fixture.pay({ orderId: 'paid', paymentId: 'p2' });
    await fixture.place('late', lines);
    await fixture.reserve('late');
    await fixture.place('none', lines);
    await fixture.reserve('none');
    await fixture.letTimePass('late');
    await fixture.due('late');
    await fixture.place('left', lines);
    await fixture.cancel('left');
  };
  afterEach(() => fixture.drop());

  it('are all kinds, in the order in which they came true', async () => {
    await open(true);
    await stories();
    expect(await written()).to.deep.equal([
      'order.reserved order:paid',
      'order.paid order:paid',
      'payment.refund-due order:paid',
      'order.reserved order:late',
      'stock.out goods:1',
      'order.rejected order:none',
      'order.expired order:late',
      'stock.back goods:1',
      'order.cancelled order:left',
    ]);
    const { notices } = await listNotices(fixture.database, { limit: 100, subject: 'order:paid' });
    expect(notices.map(({ facts }) => facts)).to.deep.equal([
      { orderId: 'paid', paymentId: 'p2', reason: 'already-paid' },
      { orderId: 'paid', state: 'paid', paymentId: 'p1', amount: 5, currency: 'EUR' },
      { orderId: 'paid', state: 'reserved', expiresAt: notices[2]?.facts['expiresAt'] },
    ]);
    expect(notices[0]).to.include({ state: 'waiting', attempts: 0, deliveredAt: null });
  });

  it('are not written when the transaction goes back, and once when it is done again', async () => {
    await open(true);
    await fixture.place('a', lines);
    locks.losses = 3;
    expect((await fixture.reserve('a')).state).to.equal('reserved');
    expect(fixture.saga.stats.retries).to.equal(3);
    expect(await written()).to.deep.equal(['order.reserved order:a']);
    await fixture.place('b', lines);
    locks.losses = 1000;
    expect(await fixture.reserve('b').catch(({ code }) => code)).to.equal('lock-lost');
    expect(await written()).to.deep.equal(['order.reserved order:a']);
  });

  it('are none when nobody is there to be told', async () => {
    await open(false);
    await stories();
    expect(await written()).to.deep.equal([]);
  });
});
