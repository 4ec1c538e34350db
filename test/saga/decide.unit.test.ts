import { expect } from 'chai';
import type { OrderState } from '../../src/orders/index.ts';
import type { Payment } from '../../src/payments/index.ts';
import { decide } from '../../src/saga/decide.ts';
import type { Decision, View } from '../../src/saga/decision.ts';
import type { SagaEvent } from '../../src/saga/index.ts';
import { balanceOf, earlyPayment, inBrief, orderIn, viewWith } from '../support/decide-fixture.ts';

const via = { cause: 'cli', attempt: 1 } as const;
const content = {
  orderId: 'o',
  lines: [
    { goodsId: 2, quantity: 1 },
    { goodsId: 1, quantity: 1 },
    { goodsId: 1, quantity: 1 },
  ],
};
const refundedEvent: SagaEvent = {
  kind: 'refunded',
  orderId: 'o',
  paymentId: 'p',
  actor: 'ann',
  reason: 'transfer',
  via,
};
const one = [{ goodsId: 1, quantity: 1 }];
const damaged = [{ goodsId: 1, quantity: 1, damaged: true }];
const many = [{ goodsId: 1, quantity: 3 }];
const known = (more: Partial<Payment>) => ({
  payment: earlyPayment('p', { state: 'applied', amount: 500, ...more }),
});
const payment = { kind: 'payment', payment: { paymentId: 'p', orderId: 'o', amount: 500 }, via };

interface Column {
  readonly event: SagaEvent;
  readonly view?: Partial<View>;
  readonly isDue?: boolean;
}

const COLUMNS = {
  'placed, same content': { event: { kind: 'placed', order: content, via } },
  'placed, other lines': {
    event: { kind: 'placed', order: { ...content, lines: [{ goodsId: 1, quantity: 3 }] }, via },
  },
  'placed, other buyer': { event: { kind: 'placed', order: { ...content, buyerId: 'b' }, via } },
  reserve: { event: { kind: 'reserve', orderId: 'o', via } },
  'payment, new id': { event: payment as SagaEvent },
  'payment, same id': { event: payment as SagaEvent, view: known({}) },
  'payment, same id, other order': { event: payment as SagaEvent, view: known({ orderId: 'x' }) },
  'payment, same id, other amount': { event: payment as SagaEvent, view: known({ amount: 501 }) },
  cancel: { event: { kind: 'cancel', orderId: 'o', via } },
  sell: { event: { kind: 'sell', ...content, via } },
  'sell, other lines': {
    event: { kind: 'sell', orderId: 'o', lines: [{ goodsId: 1, quantity: 3 }], via },
  },
  return: { event: { kind: 'return', orderId: 'o', via } },
  'cancel of lines': {
    event: { kind: 'cancel-lines', orderId: 'o', requestId: 'c', parts: one, via },
  },
  'cancel of the last lines': {
    event: { kind: 'cancel-lines', orderId: 'o', requestId: 'c', parts: content.lines, via },
  },
  'return of lines': {
    event: { kind: 'return-lines', orderId: 'o', requestId: 'r', parts: one, via },
  },
  'return of damaged lines': {
    event: { kind: 'return-lines', orderId: 'o', requestId: 'r', parts: damaged, via },
  },
  'return of the last lines': {
    event: { kind: 'return-lines', orderId: 'o', requestId: 'r', parts: content.lines, via },
  },
  'return of more lines': {
    event: { kind: 'return-lines', orderId: 'o', requestId: 'r', parts: many, via },
  },
  'return under a known id': {
    event: { kind: 'return-lines', orderId: 'o', requestId: 'r', parts: one, via },
    view: { asked: { orderId: 'o', verb: 'return', requestId: 'r', parts: one } },
  },
  'return under a known id, other lines': {
    event: { kind: 'return-lines', orderId: 'o', requestId: 'r', parts: damaged, via },
    view: { asked: { orderId: 'o', verb: 'return', requestId: 'r', parts: one } },
  },
  'refunded, due': { event: refundedEvent, view: known({ state: 'refund-due' }) },
  'refunded, again': { event: refundedEvent, view: known({ state: 'refunded' }) },
  'refunded, not due': { event: refundedEvent, view: known({}) },
  'refunded, another payment': { event: refundedEvent, view: known({ orderId: 'x' }) },
  'payment started': { event: { kind: 'payment-started', orderId: 'o', seconds: 60, via } },
  'payment started, again': {
    event: { kind: 'payment-started', orderId: 'o', seconds: 60, via },
    view: { announced: true },
  },
  extend: { event: { kind: 'extend', orderId: 'o', seconds: 60, via } },
  'extend, goods are gone': {
    event: { kind: 'extend', orderId: 'o', seconds: 60, via },
    view: { balanceOf: (goodsId) => balanceOf(goodsId, 0, 5) },
  },
  'time is up': { event: { kind: 'due', orderId: 'o', via }, isDue: true },
  'time is not up': { event: { kind: 'due', orderId: 'o', via } },
} as const satisfies Record<string, Column>;

type States = 'unknown' | OrderState;
const nothing: Record<States, string> = {
  unknown: 'unchanged unknown',
  awaited: 'unchanged awaited',
  placed: 'unchanged placed',
  reserved: 'unchanged reserved',
  rejected: 'unchanged rejected',
  paid: 'unchanged paid',
  expired: 'unchanged expired',
  cancelled: 'unchanged cancelled',
  returned: 'unchanged returned',
};
const placed = { unknown: 'changed placed', awaited: 'changed placed' };
const refused = (code: string): Record<States, string> => ({
  unknown: `refused awaited ${code}`,
  awaited: `refused awaited ${code}`,
  placed: `refused placed ${code}`,
  reserved: `refused reserved ${code}`,
  rejected: `refused rejected ${code}`,
  paid: `refused paid ${code}`,
  expired: `refused expired ${code}`,
  cancelled: `refused cancelled ${code}`,
  returned: `refused returned ${code}`,
});

/** The table of the states, cell by cell; `nothing` is what is not named. */
const TABLE: Record<keyof typeof COLUMNS, Record<States, string>> = {
  'placed, same content': { ...nothing, ...placed },
  'placed, other lines': { ...refused('order-conflict'), ...placed },
  'placed, other buyer': { ...refused('order-conflict'), ...placed },
  reserve: { ...nothing, placed: 'changed reserved; reserve' },
  'payment, new id': {
    unknown: 'changed awaited; early',
    awaited: 'changed awaited; early',
    placed: 'changed placed; early',
    reserved: 'changed paid; settle; applied',
    rejected: 'changed rejected; refund-due rejected',
    paid: 'changed paid; refund-due already-paid',
    expired: 'changed paid; reserve; settle; applied',
    cancelled: 'changed cancelled; refund-due cancelled',
    returned: 'changed returned; refund-due returned',
  },
  'payment, same id': nothing,
  'payment, same id, other order': refused('payment-conflict'),
  'payment, same id, other amount': refused('payment-conflict'),
  cancel: {
    ...nothing,
    unknown: 'changed awaited',
    awaited: 'changed awaited',
    placed: 'changed cancelled',
    reserved: 'changed cancelled; release',
    paid: 'refused paid already-paid',
    returned: 'refused returned already-paid',
  },
  sell: {
    ...nothing,
    unknown: 'changed paid; reserve; settle',
    awaited: 'changed paid; reserve; settle',
    placed: 'changed paid; reserve; settle',
    reserved: 'changed paid; settle',
  },
  'sell, other lines': {
    ...refused('order-conflict'),
    unknown: 'changed paid; reserve; settle',
    awaited: 'changed paid; reserve; settle',
  },
  return: {
    ...refused('not-paid'),
    paid: 'changed returned; return',
    returned: 'unchanged returned',
  },
  'cancel of lines': {
    ...nothing,
    unknown: 'refused awaited not-reserved',
    awaited: 'refused awaited not-reserved',
    placed: 'changed placed',
    reserved: 'changed reserved; release',
    paid: 'refused paid already-paid',
    returned: 'refused returned already-paid',
  },
  'cancel of the last lines': {
    ...nothing,
    unknown: 'refused awaited not-reserved',
    awaited: 'refused awaited not-reserved',
    placed: 'changed cancelled',
    reserved: 'changed cancelled; release',
    paid: 'refused paid already-paid',
    returned: 'refused returned already-paid',
  },
  'return of lines': {
    ...refused('not-paid'),
    paid: 'changed paid; return',
    returned: 'refused returned too-many-units',
  },
  'return of damaged lines': {
    ...refused('not-paid'),
    paid: 'changed paid; return; restock',
    returned: 'refused returned too-many-units',
  },
  'return of the last lines': {
    ...refused('not-paid'),
    paid: 'changed returned; return',
    returned: 'refused returned too-many-units',
  },
  'return of more lines': {
    ...refused('not-paid'),
    paid: 'refused paid too-many-units',
    returned: 'refused returned too-many-units',
  },
  'return under a known id': { ...nothing, unknown: 'unchanged awaited' },
  'return under a known id, other lines': refused('parts-conflict'),
  'refunded, due': {
    unknown: 'changed awaited; refunded',
    awaited: 'changed awaited; refunded',
    placed: 'changed placed; refunded',
    reserved: 'changed reserved; refunded',
    rejected: 'changed rejected; refunded',
    paid: 'changed paid; refunded',
    expired: 'changed expired; refunded',
    cancelled: 'changed cancelled; refunded',
    returned: 'changed returned; refunded',
  },
  'refunded, again': { ...nothing, unknown: 'unchanged awaited' },
  'refunded, not due': refused('not-refund-due'),
  'refunded, another payment': refused('unknown-payment'),
  'payment started': {
    ...refused('not-reserved'),
    reserved: 'changed reserved',
    paid: 'unchanged paid',
  },
  'payment started, again': {
    ...refused('not-reserved'),
    reserved: 'unchanged reserved',
    paid: 'unchanged paid',
  },
  extend: {
    ...refused('not-reserved'),
    reserved: 'changed reserved',
    expired: 'changed reserved; reserve',
  },
  'extend, goods are gone': {
    ...refused('not-reserved'),
    reserved: 'changed reserved',
    expired: 'refused expired sold-out',
  },
  'time is up': {
    ...nothing,
    awaited: 'changed awaited',
    placed: 'changed reserved; reserve',
    reserved: 'changed expired; release',
  },
  'time is not up': nothing,
};

function decided(column: Column, state: States): Decision {
  const order = state === 'unknown' ? undefined : orderIn(state, { isDue: column.isDue === true });
  return decide(column.event, viewWith({ order, ...column.view }));
}

describe('the table of states', () => {
  for (const [name, column] of Object.entries(COLUMNS) as [keyof typeof COLUMNS, Column][]) {
    for (const [state, answer] of Object.entries(TABLE[name]) as [States, string][]) {
      it(`answers "${answer}" to ${name} when ${state}`, () => {
        expect(inBrief(decided(column, state))).to.equal(answer);
      });

      it(`keeps history and effects together for ${name} when ${state}`, () => {
        const { outcome, order, steps = [], moves = [], payments } = decided(column, state);
        if (outcome.change !== 'changed') {
          expect([order, steps, moves, payments]).to.deep.equal([undefined, [], [], undefined]);
          return;
        }
        const before = state === 'unknown' ? 0 : 3;
        expect(order?.version).to.equal(before + steps.length);
        expect(steps[0]?.from).to.equal(state === 'unknown' ? null : state);
        expect(steps.at(-1)?.to).to.equal(order?.state);
        steps.slice(1).forEach((step, index) => expect(step.from).to.equal(steps[index]?.to));
      });
    }
  }
});
