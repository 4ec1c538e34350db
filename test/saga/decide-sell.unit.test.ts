import { expect } from 'chai';
import { awaitedOrder, type Order } from '../../src/orders/index.ts';
import { decide } from '../../src/saga/decide.ts';
import {
  balanceOf,
  earlyPayment,
  inBrief,
  orderIn,
  type ViewParts,
  viewWith,
} from '../support/decide-fixture.ts';

const via = { cause: 'grpc', attempt: 1 } as const;
const { lines } = orderIn('paid');
const sell = (order: Order | undefined, more: ViewParts = {}, asked = lines) =>
  decide({ kind: 'sell', orderId: 'o', lines: asked, via }, viewWith({ order, ...more }));
const giveBack = (order: Order | undefined, more: ViewParts = {}) =>
  decide({ kind: 'return', orderId: 'o', via }, viewWith({ order, ...more }));
const stub = (more: Partial<Order>): Order => ({ ...awaitedOrder('o', 900), version: 1, ...more });

describe('selling at once', () => {
  it('places, reserves and settles every line, each a step of the history', () => {
    const { order, steps, moves, outcome } = sell(undefined);
    expect(steps?.map(({ event, to }) => `${event} ${to}`)).to.deep.equal([
      'placed placed',
      'reserve reserved',
      'sell paid',
    ]);
    const units = (kind: 'reserve' | 'settle') => [
      { kind, goodsId: 1, quantity: 2, orderId: 'o', hold: 1 },
      { kind, goodsId: 2, quantity: 1, orderId: 'o', hold: 1 },
    ];
    expect(moves).to.deep.equal([...units('reserve'), ...units('settle')]);
    expect(order).to.include({ state: 'paid', due: 'never', holds: 1, earlyPayments: 0 });
    expect(outcome).to.deep.equal({ orderId: 'o', state: 'paid', change: 'changed' });
  });

  it('takes the very last units', () => {
    const balances = [balanceOf(1, 2), balanceOf(2, 1)];
    expect(inBrief(sell(undefined, { balances }))).to.equal('changed paid; reserve; settle');
  });

  it('sums lines of the same goods before it looks', () => {
    const twice = [...lines, { goodsId: 2, quantity: 1 }];
    const decision = sell(undefined, { balances: [balanceOf(1, 2), balanceOf(2, 1)] }, twice);
    expect(decision.outcome).to.deep.include({
      state: 'rejected',
      reason: 'sold-out',
      short: [{ goodsId: 2, requested: 2, available: 1 }],
    });
    expect(decision.order?.lines).to.deep.equal([lines[0], { goodsId: 2, quantity: 2 }]);
  });

  it('rejects when a line is short, moves nothing, and answers the same for ever', () => {
    const rejected = sell(undefined, { balances: [balanceOf(1, 9), balanceOf(2, 0)] });
    expect(inBrief(rejected)).to.equal('changed rejected');
    expect(rejected.moves ?? []).to.deep.equal([]);
    expect(rejected.order?.due).to.equal('never');
    const again = sell(rejected.order);
    expect(again.outcome).to.deep.equal({ ...rejected.outcome, change: 'unchanged' });
  });

  it('tells goods that nobody knows from goods that are sold out', () => {
    expect(sell(undefined, { balances: [balanceOf(1, 9)] }).outcome).to.deep.include({
      reason: 'unknown-goods',
      short: [{ goodsId: 2, requested: 1, available: 0 }],
    });
  });

  it('sells nothing when a cancel came first', () => {
    const decision = sell(stub({ cancelAsked: true }));
    expect(inBrief(decision)).to.equal('changed cancelled');
    expect(decision.order?.lines).to.deep.equal(lines);
    expect(inBrief(sell(decision.order))).to.equal('unchanged cancelled');
  });

  it('is paid by a payment that had waited, and needs no sale then', () => {
    const waiting = stub({ earlyPayments: 1, due: 'kept' });
    const decision = sell(waiting, { early: [earlyPayment('a', { amount: 500 })] });
    expect(inBrief(decision)).to.equal('changed paid; reserve; settle; applied');
    expect(decision.steps?.map(({ event }) => event)).to.deep.equal([
      'placed',
      'reserve',
      'payment',
    ]);
    expect(decision.order?.earlyPayments).to.equal(0);
  });

  it('gives a payment back that had waited when the goods are not there', () => {
    const order = orderIn('placed', { earlyPayments: 1 });
    const early = [earlyPayment('a')];
    const rejected = sell(order, { early, balances: [balanceOf(1, 9), balanceOf(2, 0)] });
    expect(inBrief(rejected)).to.equal('changed rejected; refund-due rejected');
  });

  it('settles what is held already, and reserves nothing more', () => {
    const held = orderIn('reserved', { holds: 2 });
    const decision = sell(held, { balances: [balanceOf(1, 0, 2), balanceOf(2, 0, 1)] });
    expect(inBrief(decision)).to.equal('changed paid; settle');
    expect(decision.moves?.map((move) => 'hold' in move && move.hold)).to.deep.equal([2, 2]);
    expect(decision.order).to.include({ due: 'never' });
  });

  it('takes an order with a buyer or a price for another one', () => {
    for (const more of [{ buyerId: 'b' }, { amount: 500 }, { currency: 'EUR' }]) {
      for (const state of ['placed', 'reserved', 'paid'] as const) {
        const answer = inBrief(sell(orderIn(state, more)));
        expect(answer).to.equal(`refused ${state} order-conflict`);
      }
    }
  });
});

describe('a return', () => {
  it('brings every line of the newest hold back, for sale again', () => {
    const { moves, steps, order } = giveBack(orderIn('paid', { holds: 2 }));
    expect(moves).to.deep.equal([
      { kind: 'return', goodsId: 1, quantity: 2, orderId: 'o', hold: 2 },
      { kind: 'return', goodsId: 2, quantity: 1, orderId: 'o', hold: 2 },
    ]);
    expect(steps).to.deep.equal([{ event: 'return', from: 'paid', to: 'returned' }]);
    expect(order).to.include({ state: 'returned', due: 'never', holds: 2 });
  });

  it('sends back the payment that had paid', () => {
    const applied = [earlyPayment('a', { state: 'applied', amount: 500 })];
    const decision = giveBack(orderIn('paid'), { applied });
    expect(inBrief(decision)).to.equal('changed returned; return; refund-due returned');
  });
});
