import { expect } from 'chai';
import type { SagaEvent } from '../../src/saga/index.ts';
import { MemoryWorld } from '../support/memory-world.ts';

const via = { cause: 'queue', attempt: 1 } as const;
const stock = (goodsId: number, delta: number, key: string): SagaEvent => ({
  kind: 'stock-adjust',
  goodsId,
  delta,
  reason: 'test',
  idempotencyKey: key,
  via,
});
const placed = (orderId: string, quantity = 1): SagaEvent => ({
  kind: 'placed',
  order: {
    orderId,
    lines: [{ goodsId: 1, quantity }],
    buyerId: 'buyer-1',
    amount: 500,
    metadata: { note: 'leave it at the door' },
  },
  via,
});
const reserve = (orderId: string): SagaEvent => ({ kind: 'reserve', orderId, via });
const cancel = (orderId: string): SagaEvent => ({ kind: 'cancel', orderId, via });
const due = (orderId: string): SagaEvent => ({ kind: 'due', orderId, via });
const pay = (orderId: string, paymentId: string, amount?: number): SagaEvent => ({
  kind: 'payment',
  payment: { orderId, paymentId, ...(amount === undefined ? {} : { amount }) },
  via,
});

describe('what a batch gives to tell', () => {
  let world: MemoryWorld;
  const told = () =>
    world.notices.splice(0).map(({ kind, subject, facts }) => ({ kind, subject, facts }));
  const kinds = () => told().map(({ kind }) => kind);

  beforeEach(() => {
    world = new MemoryWorld();
    world.batch([stock(1, 5, 'first')]);
    told();
  });

  it('is nothing for orders that are only placed, and for what was told already', () => {
    world.batch([placed('a')]);
    expect(told()).to.deep.equal([]);
    world.batch([reserve('a')]);
    told();
    world.batch([reserve('a'), placed('a'), due('a')]);
    expect(told()).to.deep.equal([]);
  });

  it('is when the hold of a reserved order ends', () => {
    world.batch([placed('a')]);
    world.batch([reserve('a')]);
    expect(told()).to.deep.equal([
      {
        kind: 'order.reserved',
        subject: 'order:a',
        facts: { orderId: 'a', state: 'reserved', expiresAt: '2026-11-20T12:15:00.250000Z' },
      },
    ]);
  });

  it('is why an order was rejected, and that its money goes back', () => {
    world.batch([pay('a', 'p1', 500), placed('a', 6)]);
    world.batch([reserve('a')]);
    const about = { orderId: 'a' };
    const short = [{ goodsId: 1, requested: 6, available: 5 }];
    const money = { paymentId: 'p1', amount: 500 };
    expect(told()).to.deep.equal([
      {
        kind: 'order.rejected',
        subject: 'order:a',
        facts: { ...about, state: 'rejected', reason: 'sold-out', short },
      },
      {
        kind: 'payment.refund-due',
        subject: 'order:a',
        facts: { ...about, ...money, reason: 'rejected' },
      },
    ]);
  });

  it('is both states of an order that was reserved and paid at once', () => {
    world.batch([placed('a'), pay('a', 'p1')]);
    world.batch([reserve('a')]);
    const [reserved, paid, ...more] = told();
    expect(reserved).to.nested.include({ kind: 'order.reserved', 'facts.state': 'reserved' });
    expect(reserved?.facts).to.have.property('expiresAt');
    expect(paid?.facts).to.deep.equal({ orderId: 'a', state: 'paid', paymentId: 'p1' });
    expect(more).to.deep.equal([]);
  });

  it('is both states of an order that was sold at once, and that its goods came back', () => {
    const lines = [{ goodsId: 1, quantity: 1 }];
    world.batch([{ kind: 'sell', orderId: 'a', lines, via }]);
    const [reserved, paid, ...more] = told();
    expect(reserved).to.nested.include({ kind: 'order.reserved', 'facts.state': 'reserved' });
    expect(reserved?.facts).to.have.property('expiresAt');
    expect(paid?.facts).to.deep.equal({ orderId: 'a', state: 'paid' });
    expect(more).to.deep.equal([]);
    world.batch([placed('b'), reserve('b'), pay('b', 'p1', 500)]);
    told();
    const giveBack = (orderId: string): SagaEvent => ({ kind: 'return', orderId, via });
    world.batch([giveBack('a'), giveBack('b')]);
    expect(told().map(({ kind, facts }) => [kind, facts['orderId'], facts['reason']])).to.eql([
      ['order.returned', 'a', undefined],
      ['order.returned', 'b', undefined],
      ['payment.refund-due', 'b', 'returned'],
    ]);
  });

  it('is that an order was cancelled or has expired, and what came late', () => {
    world.batch([placed('a'), placed('b'), placed('c')]);
    world.batch([reserve('a'), reserve('b')]);
    told();
    world.batch([cancel('a'), cancel('c')]);
    expect(kinds()).to.deep.equal(['order.cancelled', 'order.cancelled']);
    world.batch([due('b')], new Set(['b']));
    expect(kinds()).to.deep.equal(['order.expired']);
    world.batch([pay('b', 'late', 500), pay('a', 'never', 500)]);
    expect(kinds()).to.deep.equal(['order.reserved', 'order.paid', 'payment.refund-due']);
  });

  it('is an order cancelled before it came', () => {
    world.batch([cancel('a')]);
    expect(told()).to.deep.equal([]);
    world.batch([placed('a')]);
    expect(kinds()).to.deep.equal(['order.cancelled']);
  });

  it('is that goods ran out and came back, but not that they came first', () => {
    world.batch([stock(2, 7, 'new')]);
    expect(told(), 'the first units of goods').to.deep.equal([]);
    world.batch([placed('a', 5)]);
    world.batch([reserve('a')]);
    const out = { kind: 'stock.out', subject: 'goods:1' };
    expect(told().at(-1)).to.deep.equal({
      ...out,
      facts: { goodsId: 1, available: 0, version: 2 },
    });
    world.batch([cancel('a')]);
    expect(told().at(-1)).to.deep.include({ kind: 'stock.back', subject: 'goods:1' });
    world.batch([stock(1, -5, 'lost')]);
    expect(kinds()).to.deep.equal(['stock.out']);
    world.batch([stock(1, 3, 'found')]);
    expect(kinds()).to.deep.equal(['stock.back']);
  });

  it('is that few are left, once, until there are enough again', () => {
    const about = { actor: 'ann', reason: 'season', via } as const;
    const thresholds = { lowAt: 3, backAt: 5 };
    world.batch([{ kind: 'stock-keep', goodsId: 1, thresholds, ...about }]);
    expect(told(), 'five are enough').to.deep.equal([]);
    world.batch([stock(1, -2, 'k1')]);
    const facts = { goodsId: 1, available: 3, lowAt: 3, backAt: 5, version: 2 };
    expect(told()).to.deep.equal([{ kind: 'stock.low', subject: 'goods:1', facts }]);
    world.batch([stock(1, 1, 'k2')]);
    world.batch([stock(1, -2, 'k3')]);
    expect(told(), 'coming and going below').to.deep.equal([]);
    world.batch([stock(1, -2, 'k4')]);
    world.batch([stock(1, 4, 'k5')]);
    expect(kinds()).to.deep.equal(['stock.out']);
    world.batch([stock(1, 1, 'k6')]);
    expect(kinds()).to.deep.equal(['stock.back']);
  });

  it('is what a change of the lines or of the safety stock makes true', () => {
    const keep = (change: object): SagaEvent =>
      ({ kind: 'stock-keep', goodsId: 1, ...change, actor: 'ann', reason: 'r', via }) as const;
    world.batch([keep({ thresholds: { lowAt: 6, backAt: 9 } })]);
    expect(kinds()).to.deep.equal(['stock.low']);
    world.batch([keep({ safety: 5 })]);
    const [out] = told();
    expect(out?.facts).to.include({ available: 5, forSale: 0 });
    world.batch([keep({ safety: 0, thresholds: null })]);
    expect(kinds()).to.deep.equal(['stock.back']);
  });

  it('is nothing of goods that ran out and came back in one batch', () => {
    world.batch([stock(1, -5, 'lost'), stock(1, 5, 'found')]);
    expect(told()).to.deep.equal([]);
  });

  it('never holds who bought, or what the shop has noted', () => {
    world.batch([placed('a'), placed('b', 9), pay('a', 'p1', 3)]);
    world.batch([reserve('a'), reserve('b')]);
    world.batch([cancel('a')]);
    const text = JSON.stringify(told());
    expect(text).to.contain('order.cancelled').and.to.contain('payment.refund-due');
    expect(text).not.to.match(/buyer|door|note|metadata/);
  });
});
