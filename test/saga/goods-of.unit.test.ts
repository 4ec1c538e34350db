import { expect } from 'chai';
import { ORDER_STATES, type OrderState } from '../../src/orders/index.ts';
import type { SagaEvent } from '../../src/saga/index.ts';
import { goodsOf } from '../../src/saga/load-world.ts';
import { orderIn } from '../support/decide-fixture.ts';

const via = { cause: 'grpc', attempt: 1 } as const;
const lines = [{ goodsId: 7, quantity: 1 }];
const payment = { orderId: 'o', paymentId: 'p' };
const EVENTS = {
  placed: { kind: 'placed', order: { orderId: 'o', lines }, via },
  reserve: { kind: 'reserve', orderId: 'o', via },
  payment: { kind: 'payment', payment, via },
  cancel: { kind: 'cancel', orderId: 'o', via },
  due: { kind: 'due', orderId: 'o', via },
  sell: { kind: 'sell', orderId: 'o', lines, via },
  return: { kind: 'return', orderId: 'o', via },
} as const satisfies Record<string, SagaEvent>;

const OPEN: readonly OrderState[] = ['placed', 'reserved', 'expired'];
const STATES: Record<keyof typeof EVENTS, readonly OrderState[]> = {
  placed: [],
  reserve: OPEN,
  payment: OPEN,
  cancel: OPEN,
  due: OPEN,
  sell: ['awaited', 'placed', 'reserved'],
  return: ['paid'],
};

describe('the goods that are looked up for an event', () => {
  for (const [kind, event] of Object.entries(EVENTS) as [keyof typeof EVENTS, SagaEvent][]) {
    it(`are none for ${kind} of an order in a state from which it moves none`, () => {
      const asked = ORDER_STATES.filter((state) => goodsOf(event, () => orderIn(state)).length > 0);
      expect(asked).to.have.members(STATES[kind]);
    });
  }

  it('are those of the order, and for a sale those that it asks for itself', () => {
    expect(goodsOf(EVENTS.return, () => orderIn('paid'))).to.deep.equal([1, 2]);
    expect(goodsOf(EVENTS.sell, () => undefined)).to.deep.equal([7]);
    expect(goodsOf(EVENTS.return, () => undefined)).to.deep.equal([]);
  });
});
