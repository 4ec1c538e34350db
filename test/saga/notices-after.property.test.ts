import { expect } from 'chai';
import fc from 'fast-check';
import type { SagaEvent } from '../../src/saga/index.ts';
import { sideOf } from '../../src/stock/index.ts';
import { keepEvent } from '../support/keep-event.ts';
import { MemoryWorld } from '../support/memory-world.ts';

const via = { cause: 'queue', attempt: 1 } as const;
const orderId = fc.constantFrom('a', 'b', 'c');
const goodsId = fc.constantFrom(1, 2);

const event: fc.Arbitrary<SagaEvent> = fc.oneof(
  orderId.map((id) => ({
    kind: 'placed' as const,
    order: { orderId: id, lines: [{ goodsId: id === 'a' ? 1 : 2, quantity: 2 }] },
    via,
  })),
  orderId.map((id) => ({ kind: 'reserve' as const, orderId: id, via })),
  orderId.map((id) => ({ kind: 'cancel' as const, orderId: id, via })),
  orderId.map((id) => ({ kind: 'due' as const, orderId: id, via })),
  orderId.map((id) => ({ kind: 'return' as const, orderId: id, via })),
  orderId.map((id) => ({
    kind: 'sell' as const,
    orderId: id,
    lines: [{ goodsId: id === 'a' ? 1 : 2, quantity: 2 }],
    via,
  })),
  fc.tuple(orderId, fc.constantFrom('p', 'q', 'r')).map(([id, paymentId]) => ({
    kind: 'payment' as const,
    payment: { orderId: id, paymentId: `${id}-${paymentId}` },
    via,
  })),
  fc.tuple(goodsId, fc.integer({ min: -3, max: 3 }), fc.nat(30)).map(([id, delta, key]) => ({
    kind: 'stock-adjust' as const,
    goodsId: id,
    delta,
    reason: 'count',
    idempotencyKey: `k-${key}`,
    via,
  })),
  keepEvent(goodsId),
);
const story = fc.array(
  fc.record({
    events: fc.array(event, { minLength: 1, maxLength: 4 }),
    due: fc.subarray(['a', 'b', 'c']).map((ids) => new Set(ids)),
  }),
  { maxLength: 25 },
);

const TOLD = { fine: 'stock.back', low: 'stock.low', out: 'stock.out' } as const;
/** What may be told of goods next; of those that nothing was told of yet first. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  '': ['stock.low', 'stock.out'],
  'stock.low': ['stock.out', 'stock.back'],
  'stock.out': ['stock.back'],
  'stock.back': ['stock.low', 'stock.out'],
};

function lived(batches: readonly { events: readonly SagaEvent[]; due: ReadonlySet<string> }[]) {
  const world = new MemoryWorld();
  for (const { events, due } of batches) world.batch(events, due);
  const about = (subject: string) => world.notices.filter((notice) => notice.subject === subject);
  return { world, about };
}

describe('the notices of any story', () => {
  it('end with the state that each order is in', () => {
    fc.assert(
      fc.property(story, (batches) => {
        const { world, about } = lived(batches);
        for (const order of world.orders.values()) {
          const told = about(`order:${order.orderId}`).filter(({ kind }) =>
            kind.startsWith('order'),
          );
          const isNews = !['awaited', 'placed'].includes(order.state);
          expect(told.at(-1)?.facts['state']).to.equal(isNews ? order.state : undefined);
        }
      }),
    );
  });

  it('tell of every payment that must go back, once', () => {
    fc.assert(
      fc.property(story, (batches) => {
        const { world } = lived(batches);
        const told = world.notices
          .filter(({ kind }) => kind === 'payment.refund-due')
          .map(({ facts }) => String(facts['paymentId']));
        const owed = [...world.payments.values()].filter(({ state }) => state === 'refund-due');
        expect(told.toSorted()).to.deep.equal(owed.map(({ paymentId }) => paymentId).toSorted());
      }),
    );
  });

  it('tell of goods in turn that few are left or none, and that they are back', () => {
    fc.assert(
      fc.property(story, (batches) => {
        const { world, about } = lived(batches);
        for (const balance of world.balances.values()) {
          const kinds = about(`goods:${balance.goodsId}`).map(({ kind }) => kind);
          const inTurn = kinds.every((kind, at) => NEXT[kinds[at - 1] ?? '']?.includes(kind));
          expect(inTurn, kinds.join(' ')).to.equal(true);
          const side = sideOf(balance);
          expect(kinds.at(-1) ?? 'stock.back').to.equal(TOLD[side]);
        }
      }),
    );
  });
});
