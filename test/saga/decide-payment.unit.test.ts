import { expect } from 'chai';
import type { Order } from '../../src/orders/index.ts';
import type { PaymentNotice } from '../../src/payments/index.ts';
import { decide } from '../../src/saga/decide.ts';
import type { Rules, View } from '../../src/saga/decision.ts';
import {
  balanceOf,
  earlyPayment,
  inBrief,
  orderIn,
  type ViewParts,
  viewWith,
} from '../support/decide-fixture.ts';

const via = { cause: 'queue', attempt: 1 } as const;
const pay = (order: Order | undefined, notice: Partial<PaymentNotice>, view: ViewParts = {}) =>
  decide(
    { kind: 'payment', payment: { paymentId: 'p', orderId: 'o', ...notice }, via },
    viewWith({ order, ...view }),
  );
const late = (latePayment: Rules['latePayment']) => ({ rules: { latePayment, holdSeconds: 900 } });

describe('a payment and what the order costs', () => {
  const price = { amount: 500, currency: 'EUR' };

  for (const [names, notice, answer] of [
    ['the same', { amount: 500, currency: 'EUR' }, 'changed paid; settle; applied'],
    ['neither', {}, 'changed paid; settle; applied'],
    ['only the amount', { amount: 500 }, 'changed paid; settle; applied'],
    ['another amount', { amount: 499 }, 'changed reserved; refund-due amount-mismatch'],
    ['nothing at all', { amount: 0 }, 'changed reserved; refund-due amount-mismatch'],
    ['another currency', { currency: 'USD' }, 'changed reserved; refund-due amount-mismatch'],
  ] as const) {
    it(`compares what both name: the payment names ${names}`, () => {
      expect(inBrief(pay(orderIn('reserved', price), notice))).to.equal(answer);
    });
  }

  it('takes what the payment names when the order names no price', () => {
    expect(inBrief(pay(orderIn('reserved'), price))).to.equal('changed paid; settle; applied');
  });

  it('keeps the hold when the amount is wrong', () => {
    const { order, moves } = pay(orderIn('reserved', price), { amount: 1 });
    expect(moves ?? []).to.deep.equal([]);
    expect(order).to.include({ state: 'reserved', due: 'kept', holds: 1 });
  });

  it('tells a wrong amount before it looks for goods again', () => {
    const answer = pay(orderIn('expired', price), { amount: 1 });
    expect(inBrief(answer)).to.equal('changed expired; refund-due amount-mismatch');
  });
});

describe('a payment that comes after the hold was returned', () => {
  it('reserves again under a new hold and settles that hold', () => {
    const { order, moves, steps } = pay(orderIn('expired'), {});
    expect(moves?.map(({ kind, goodsId }) => [kind, goodsId])).to.deep.equal([
      ['reserve', 1],
      ['reserve', 2],
      ['settle', 1],
      ['settle', 2],
    ]);
    expect(moves?.every((move) => 'hold' in move && move.hold === 2)).to.equal(true);
    expect(order).to.include({ state: 'paid', holds: 2, due: 'never', version: 5 });
    expect(steps?.map(({ from, to }) => `${from} ${to}`)).to.deep.equal([
      'expired reserved',
      'reserved paid',
    ]);
  });

  it('goes back when only some of the goods are still there', () => {
    const answer = pay(orderIn('expired'), {}, { balances: [balanceOf(1, 10)] });
    expect(inBrief(answer)).to.equal('changed expired; refund-due unknown-goods');
    const short = pay(orderIn('expired'), {}, { balances: [balanceOf(1, 1), balanceOf(2, 9)] });
    expect(inBrief(short)).to.equal('changed expired; refund-due sold-out');
    expect(short.moves ?? []).to.deep.equal([]);
  });

  for (const [policy, reason] of [
    ['refund', 'late'],
    ['manual', 'late-manual'],
  ] as const) {
    it(`goes back under the policy "${policy}", goods or not`, () => {
      const there = pay(orderIn('expired'), {}, late(policy));
      expect(inBrief(there)).to.equal(`changed expired; refund-due ${reason}`);
      const gone = pay(orderIn('expired'), {}, { balances: [], ...late(policy) });
      expect(inBrief(gone)).to.equal(`changed expired; refund-due ${reason}`);
    });
  }
});

describe('a payment that comes before the goods are reserved', () => {
  const reserve = (order: Order, early: View['early'], more: ViewParts = {}) =>
    decide({ kind: 'reserve', orderId: 'o', via }, viewWith({ order, early, ...more }));

  it('waits a day for an order that nobody has placed', () => {
    expect(pay(undefined, {}).order).to.include({ due: 'in-a-day', earlyPayments: 1 });
    const stub = orderIn('awaited', { earlyPayments: 1, isDue: true });
    expect(pay(stub, {}).order).to.include({ due: 'in-a-day', earlyPayments: 2, isDue: false });
  });

  it('leaves when a placed order is looked at again as it was', () => {
    expect(pay(orderIn('placed'), {}).order).to.include({ due: 'kept', earlyPayments: 1 });
  });

  it('pays as soon as the goods are reserved', () => {
    const decision = reserve(orderIn('placed', { earlyPayments: 1 }), [earlyPayment('a')]);
    expect(inBrief(decision)).to.equal('changed paid; reserve; settle; applied');
    expect(decision.order).to.include({ state: 'paid', due: 'never', earlyPayments: 0 });
  });

  it('pays with the first that fits and gives the others back', () => {
    const early = [
      earlyPayment('a', { amount: 499 }),
      earlyPayment('b', { amount: 500 }),
      earlyPayment('c'),
    ];
    const decision = reserve(orderIn('placed', { amount: 500, earlyPayments: 3 }), early);
    expect(decision.payments?.map((one) => [one.paymentId, one.state, one.reason])).to.deep.equal([
      ['a', 'refund-due', 'amount-mismatch'],
      ['b', 'applied', null],
      ['c', 'refund-due', 'already-paid'],
    ]);
    expect(decision.moves?.filter(({ kind }) => kind === 'settle')).to.have.length(2);
  });

  it('leaves the order reserved when none fits', () => {
    const early = [earlyPayment('a', { currency: 'USD' })];
    const decision = reserve(orderIn('placed', { currency: 'EUR', earlyPayments: 1 }), early);
    expect(inBrief(decision)).to.equal('changed reserved; reserve; refund-due amount-mismatch');
    expect(decision.order).to.include({ due: 'at-expiry', earlyPayments: 0 });
  });

  it('goes back when the goods are not there', () => {
    const decision = reserve(
      orderIn('placed', { earlyPayments: 2 }),
      [earlyPayment('a'), earlyPayment('b')],
      { balances: [] },
    );
    expect(inBrief(decision)).to.equal(
      'changed rejected; refund-due rejected; refund-due rejected',
    );
    expect(decision.order?.earlyPayments).to.equal(0);
  });
});
