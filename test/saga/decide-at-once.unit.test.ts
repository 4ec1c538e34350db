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

const request = {
  orderId: 'o',
  lines: [
    { goodsId: 1, quantity: 2 },
    { goodsId: 2, quantity: 1 },
  ],
};
const atOnce = (order: Order | undefined, more: ViewParts = {}, lines = request.lines) =>
  decide(
    {
      kind: 'placed',
      order: { ...request, lines },
      reserveWithinMs: 1000,
      via: { cause: 'http', attempt: 1 },
    },
    viewWith({ order, ...more }),
  );

describe('an order that is placed and decided at once', () => {
  it('takes both steps, and holds its goods', () => {
    const decision = atOnce(undefined);
    expect(inBrief(decision)).to.equal('changed reserved; reserve');
    expect(decision.steps?.map(({ event, from, to }) => [event, from, to])).to.deep.equal([
      ['placed', null, 'placed'],
      ['reserve', 'placed', 'reserved'],
    ]);
    expect(decision.order).to.include({ version: 2, holds: 1, due: 'at-expiry' });
  });

  it('is rejected when its goods are not there', () => {
    const decision = atOnce(undefined, { balances: [balanceOf(1, 1), balanceOf(2, 1)] });
    expect(inBrief(decision)).to.equal('changed rejected');
    expect(decision.outcome).to.deep.include({
      reason: 'sold-out',
      short: [{ goodsId: 1, requested: 2, available: 1 }],
    });
    expect(decision.steps).to.have.length(2);
  });

  it('is decided when it was only placed before', () => {
    const decision = atOnce(orderIn('placed'));
    expect(inBrief(decision)).to.equal('changed reserved; reserve');
    expect(decision.steps).to.have.length(1);
  });

  for (const state of ['reserved', 'rejected', 'paid', 'expired', 'cancelled'] as const) {
    it(`is left alone when it is ${state}`, () => {
      expect(inBrief(atOnce(orderIn(state)))).to.equal(`unchanged ${state}`);
    });
  }

  it('is refused with other content, even when it is still to be decided', () => {
    const other = [{ goodsId: 1, quantity: 9 }];
    expect(inBrief(atOnce(orderIn('placed'), {}, other))).to.equal('refused placed order-conflict');
  });

  it('is cancelled and takes nothing when the cancel came before it', () => {
    const stub = { ...awaitedOrder('o', 900), cancelAsked: true, version: 1 };
    expect(inBrief(atOnce(stub))).to.equal('changed cancelled');
  });

  it('is paid at once by a payment that waited for it', () => {
    const stub = { ...awaitedOrder('o', 900), earlyPayments: 1, version: 1 };
    const decision = atOnce(stub, { early: [earlyPayment('p')] });
    expect(inBrief(decision)).to.equal('changed paid; reserve; settle; applied');
    expect(decision.steps?.map(({ event }) => event)).to.deep.equal([
      'placed',
      'reserve',
      'payment',
    ]);
    expect(decision.order).to.include({ version: 4, earlyPayments: 0 });
  });
});
