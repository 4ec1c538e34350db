import { expect } from 'chai';
import { awaitedOrder, type Order } from '../../src/orders/index.ts';
import { decide } from '../../src/saga/decide.ts';
import type { OrderOutcome } from '../../src/saga/index.ts';
import {
  balanceOf,
  earlyPayment,
  inBrief,
  orderIn,
  type ViewParts,
  viewWith,
} from '../support/decide-fixture.ts';

const via = { cause: 'queue', attempt: 1 } as const;
const due = (order: Order, more: ViewParts = {}) =>
  decide({ kind: 'due', orderId: 'o', via }, viewWith({ order, ...more }));
const reserve = (order: Order, more: ViewParts = {}) =>
  decide({ kind: 'reserve', orderId: 'o', via }, viewWith({ order, ...more }));
const cancel = (order: Order | undefined, more: ViewParts = {}) =>
  decide({ kind: 'cancel', orderId: 'o', via }, viewWith({ order, ...more }));
const place = (order: Order | undefined, more: ViewParts = {}) =>
  decide(
    { kind: 'placed', order: { orderId: 'o', lines: [{ goodsId: 1, quantity: 2 }] }, via },
    viewWith({ order, ...more }),
  );

describe('the content of an order', () => {
  const order = orderIn('paid', { buyerId: 'b', amount: 500, currency: 'EUR' });
  const same = { orderId: 'o', lines: order.lines, buyerId: 'b', amount: 500, currency: 'EUR' };
  const again = (more: object) =>
    decide({ kind: 'placed', order: { ...same, ...more }, via }, viewWith({ order }));

  it('is the same whatever its hold time and metadata are', () => {
    expect(inBrief(again({ holdSeconds: 1, metadata: { a: 1 } }))).to.equal('unchanged paid');
  });

  it('is the same with its lines in another order, or cut in pieces', () => {
    const [one, two] = order.lines;
    expect(inBrief(again({ lines: [two, one] }))).to.equal('unchanged paid');
  });

  for (const [field, more] of [
    ['buyer', { buyerId: 'c' }],
    ['amount', { amount: 501 }],
    ['currency', { currency: 'USD' }],
    ['quantity', { lines: [{ goodsId: 1, quantity: 2 }] }],
    ['goods', { lines: [...order.lines, { goodsId: 9, quantity: 1 }] }],
  ] as const) {
    it(`is another one with another ${field}`, () => {
      expect(inBrief(again(more))).to.equal('refused paid order-conflict');
    });
  }
});

describe('reserving the goods of an order', () => {
  it('holds every line, and until the database time plus the hold', () => {
    const { order, moves, outcome } = reserve(orderIn('placed', { holdSeconds: 61 }));
    expect(moves).to.deep.equal([
      { kind: 'reserve', goodsId: 1, quantity: 2, orderId: 'o', hold: 1 },
      { kind: 'reserve', goodsId: 2, quantity: 1, orderId: 'o', hold: 1 },
    ]);
    expect(order).to.include({ due: 'at-expiry', expiresAt: '2026-11-20 12:01:01.250000' });
    expect((outcome as OrderOutcome).expiresAt).to.equal('2026-11-20 12:01:01.250000');
  });

  it('takes the very last units', () => {
    const exact = [balanceOf(1, 2), balanceOf(2, 1)];
    expect(reserve(orderIn('placed'), { balances: exact }).order?.state).to.equal('reserved');
  });

  it('names each short line and no other when it rejects', () => {
    const short = [balanceOf(1, 1, 5), balanceOf(2, 1)];
    const { outcome, moves, order } = reserve(orderIn('placed'), { balances: short });
    expect(outcome).to.deep.include({
      state: 'rejected',
      reason: 'sold-out',
      short: [{ goodsId: 1, requested: 2, available: 1 }],
    });
    expect(moves ?? []).to.deep.equal([]);
    expect(order?.due).to.equal('never');
    const none = reserve(orderIn('placed'), { balances: [balanceOf(1, 0), balanceOf(2, 0)] });
    expect((none.outcome as OrderOutcome).short).to.have.length(2);
  });

  it('tells goods that nobody knows from goods that are sold out', () => {
    const { outcome } = reserve(orderIn('placed'), { balances: [balanceOf(1, 9)] });
    expect(outcome).to.deep.include({
      reason: 'unknown-goods',
      short: [{ goodsId: 2, requested: 1, available: 0 }],
    });
  });
});

describe('a cancel that comes before the order', () => {
  it('is remembered once and cancels the order when it comes', () => {
    const { order: stub } = cancel(undefined);
    expect(stub).to.include({ state: 'awaited', cancelAsked: true, due: 'never', version: 1 });
    expect(inBrief(cancel(stub))).to.equal('unchanged awaited');
    const { order, steps, moves } = place(stub);
    expect(order).to.include({ state: 'cancelled', due: 'never' });
    expect(steps?.map(({ event, to }) => `${event} ${to}`)).to.deep.equal([
      'placed placed',
      'cancel cancelled',
    ]);
    expect(moves ?? []).to.deep.equal([]);
  });

  it('sends a payment back that waited too', () => {
    const stub = orderIn('awaited', { cancelAsked: true, earlyPayments: 1 });
    const decision = place(stub, { early: [earlyPayment('a')] });
    expect(inBrief(decision)).to.equal('changed cancelled; refund-due cancelled');
    expect(decision.order?.earlyPayments).to.equal(0);
  });

  it('keeps the day that a waiting payment has', () => {
    const stub = orderIn('awaited', { earlyPayments: 1, due: 'kept' });
    expect(cancel(stub).order).to.include({ cancelAsked: true, due: 'kept', earlyPayments: 1 });
  });
});

describe('the time of an order', () => {
  it('does not run out twice: what it waits for next has not come yet', () => {
    const placed = due(orderIn('placed', { isDue: true })).order;
    expect(placed).to.include({ state: 'reserved', isDue: false });
    expect(reserve(orderIn('placed', { isDue: true })).order?.isDue).to.equal(false);
    expect(place(orderIn('awaited', { isDue: true })).order?.isDue).to.equal(false);
  });

  it('gives back every line of the newest hold', () => {
    const { moves, order } = due(orderIn('reserved', { isDue: true, holds: 2 }));
    expect(moves?.map((move) => [move.kind, 'hold' in move && move.hold])).to.deep.equal([
      ['release', 2],
      ['release', 2],
    ]);
    expect(order).to.include({ state: 'expired', due: 'never', isDue: false });
  });

  it('sends a payment back whose order did not come within a day', () => {
    const stub = orderIn('awaited', { isDue: true, earlyPayments: 1 });
    const decision = due(stub, { early: [earlyPayment('a')] });
    expect(inBrief(decision)).to.equal('changed awaited; refund-due never-placed');
    expect(decision.order).to.include({ due: 'never', earlyPayments: 0 });
  });

  it('still takes the order that comes after that', () => {
    const { order } = place({ ...awaitedOrder('o', 900), version: 2 });
    expect(order).to.include({ state: 'placed', due: 'soon', version: 3 });
  });
});
