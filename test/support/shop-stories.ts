import { expect } from 'chai';
import fc from 'fast-check';
import { keptOf, wantedOf } from '../../src/orders/index.ts';
import type { Rules, SagaEvent } from '../../src/saga/index.ts';
import { imbalanceOf, legOf } from '../../src/stock/index.ts';
import { keepEvent } from './keep-event.ts';
import { MemoryWorld } from './memory-world.ts';

const via = { cause: 'queue', attempt: 1 } as const;
const orderId = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const goodsId = fc.constantFrom(1, 2, 3);

/** The same order always asks for the same, but for one that lies now and then. */
const contents = {
  a: [{ goodsId: 1, quantity: 2 }],
  b: [
    { goodsId: 1, quantity: 1 },
    { goodsId: 2, quantity: 3 },
  ],
  c: [
    { goodsId: 3, quantity: 1 },
    { goodsId: 1, quantity: 1 },
    { goodsId: 3, quantity: 1 },
  ],
  d: [{ goodsId: 2, quantity: 1 }],
  e: [{ goodsId: 3, quantity: 4 }],
} as const;

/** Two buyers with two orders each, and one order of nobody. */
export const requests = {
  a: { orderId: 'a', lines: contents.a, buyerId: 'ann' },
  b: { orderId: 'b', lines: contents.b, buyerId: 'ann' },
  c: { orderId: 'c', lines: contents.c, buyerId: 'bob' },
  d: { orderId: 'd', lines: contents.d, buyerId: 'bob' },
  e: { orderId: 'e', lines: contents.e },
} as const;

export const event: fc.Arbitrary<SagaEvent> = fc.oneof(
  fc.tuple(orderId, fc.boolean()).map(([id, priced]) => ({
    kind: 'placed' as const,
    order: { ...requests[id], ...(priced ? { amount: 100 } : {}) },
    via,
  })),
  fc.tuple(orderId, orderId, fc.boolean()).map(([id, replaces, atOnce]) => ({
    kind: 'placed' as const,
    order: { ...requests[id], replaces },
    ...(atOnce ? { reserveWithinMs: 1000 } : {}),
    via,
  })),
  orderId.map((id) => ({ kind: 'reserve' as const, orderId: id, via })),
  orderId.map((id) => ({ kind: 'cancel' as const, orderId: id, via })),
  orderId.map((id) => ({ kind: 'due' as const, orderId: id, via })),
  fc.tuple(orderId, fc.constantFrom(true, true, false)).map(([id, honest]) => ({
    kind: 'sell' as const,
    orderId: id,
    lines: honest ? contents[id] : [{ goodsId: 1, quantity: 1 }],
    via,
  })),
  orderId.map((id) => ({ kind: 'return' as const, orderId: id, via })),
  fc
    .tuple(
      orderId,
      fc.constantFrom('cancel-lines' as const, 'return-lines' as const),
      fc.constantFrom('1', '2', '3'),
      goodsId,
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
    )
    .map(([id, kind, requestId, goods, quantity, damaged]) => ({
      kind,
      orderId: id,
      requestId,
      parts: [{ goodsId: goods, quantity, ...(kind === 'return-lines' ? { damaged } : {}) }],
      via,
    })),
  fc.tuple(orderId, fc.constantFrom('p', 'q', 'r', 's', 't', 'u')).map(([id, paymentId]) => ({
    kind: 'refunded' as const,
    orderId: id,
    paymentId,
    actor: 'ann',
    reason: 'transfer',
    via,
  })),
  orderId.map((id) => ({
    kind: 'payment-started' as const,
    orderId: id,
    seconds: 600,
    via,
  })),
  fc.tuple(orderId, fc.constantFrom(60, 7200)).map(([id, seconds]) => ({
    kind: 'extend' as const,
    orderId: id,
    seconds,
    via,
  })),
  fc
    .tuple(
      orderId,
      fc.constantFrom('p', 'q', 'r', 's', 't', 'u', 'v', 'w'),
      fc.option(fc.constantFrom(100, 100, 99)),
    )
    .map(([id, paymentId, amount]) => ({
      kind: 'payment' as const,
      payment: { orderId: id, paymentId, ...(amount === null ? {} : { amount }) },
      via,
    })),
  fc
    .tuple(orderId, fc.constantFrom('f', 'g', 'h'), goodsId, fc.integer({ min: 1, max: 3 }))
    .map(([id, paymentId, goods, quantity]) => ({
      kind: 'payment' as const,
      payment: { orderId: id, paymentId, lines: [{ goodsId: goods, quantity }] },
      via,
    })),
  fc.tuple(goodsId, fc.integer({ min: -3, max: 5 }), fc.nat(9)).map(([id, delta, key]) => ({
    kind: 'stock-adjust' as const,
    goodsId: id,
    delta,
    reason: 'count',
    idempotencyKey: `k-${key}`,
    via,
  })),
  keepEvent(goodsId),
  fc
    .tuple(
      goodsId,
      fc.nat(6),
      fc.constantFrom('stock-set' as const, 'stock-count' as const),
      fc.nat(5),
    )
    .map(([id, units, kind, key]) => ({
      kind,
      goodsId: id,
      ...(kind === 'stock-set' ? { available: units } : { onHand: units }),
      isOnce: true,
      reason: 'file',
      idempotencyKey: `file-${key}-${id}`,
      via,
    }))
    .map((one) => one as SagaEvent),
);

export interface Batch {
  readonly events: readonly SagaEvent[];
  readonly due: ReadonlySet<string>;
}
const batch: fc.Arbitrary<Batch> = fc.record({
  events: fc.array(event, { minLength: 1, maxLength: 5 }),
  due: fc.subarray(['a', 'b', 'c', 'd', 'e']).map((ids) => new Set(ids)),
});
/** Half of the stories begin with orders that have their goods: others need luck for that. */
const OPENING: Batch = {
  events: Object.values(requests).flatMap((order): SagaEvent[] => [
    { kind: 'placed', order, via },
    { kind: 'reserve', orderId: order.orderId, via },
  ]),
  due: new Set(),
};
export const story = fc
  .record({
    policy: fc.constantFrom('reserve-again' as const, 'refund' as const, 'manual' as const),
    opens: fc.boolean(),
    batches: fc.array(batch, { maxLength: 16 }),
  })
  .map(({ policy, opens, batches }) => ({
    policy,
    batches: opens ? [OPENING, ...batches] : batches,
  }));

/** A shop with a few units of everything, so that most stories get somewhere. */
export function shop(
  latePayment: Rules['latePayment'] = 'reserve-again',
  limits: Partial<Rules> = {},
): MemoryWorld {
  const world = new MemoryWorld({ latePayment, ...limits });
  const restock = (id: number): SagaEvent => ({
    kind: 'stock-adjust',
    goodsId: id,
    delta: 4,
    reason: 'first',
    idempotencyKey: `first-${id}`,
    via,
  });
  world.batch([1, 2, 3].map(restock));
  return world;
}

export function expectSound(world: MemoryWorld): void {
  for (const balance of world.balances.values()) {
    expect(imbalanceOf(balance)).to.equal(null);
    const versions = world.moves
      .filter(({ move }) => move.goodsId === balance.goodsId)
      .map(({ version }) => version);
    expect(versions).to.deep.equal(versions.map((_, index) => index + 1));
    expect(balance.version).to.equal(versions.length);
  }
  const ends = world.moves.flatMap(({ move }) =>
    move.kind === 'restock'
      ? []
      : [`${move.orderId} ${move.hold} ${legOf(move.kind)} ${move.goodsId} ${move.part ?? 0}`],
  );
  expect(new Set(ends).size, 'each end of a hold happens once').to.equal(ends.length);
  for (const order of world.orders.values()) expectWhole(world, order.orderId);
}

/** One order: its history, its holds and its payments say the same as its state. */
function expectWhole(world: MemoryWorld, id: string): void {
  const order = world.orders.get(id);
  const steps = world.steps.filter((step) => step.orderId === id);
  expect(steps.map(({ step }) => step)).to.deep.equal(steps.map((_, index) => index + 1));
  expect([order?.version, order?.state]).to.deep.equal([steps.length, steps.at(-1)?.to]);
  const units = { restock: 0, reserve: 0, release: 0, settle: 0, return: 0 };
  for (const { move } of world.moves) {
    if (move.kind !== 'restock' && move.orderId === id) units[move.kind] += move.quantity;
  }
  const lines = order?.lines ?? [];
  const asked = lines.reduce((sum, line) => sum + wantedOf(line), 0);
  const kept = lines.reduce((sum, line) => sum + keptOf(line), 0);
  const held = units.reserve - units.release - units.settle;
  expect(held, `units of ${id} in hold`).to.equal(order?.state === 'reserved' ? asked : 0);
  const sold = units.settle - units.return;
  expect(sold, `units of ${id} sold`).to.equal(order?.state === 'paid' ? kept : 0);
  const payments = [...world.payments.values()].filter((payment) => payment.orderId === id);
  const applied = payments.filter(({ state }) => state === 'applied').length;
  const isSold = steps.some((step) => step.event === 'sell');
  expect(applied, `payments applied to ${id}`).to.equal(order?.state === 'paid' && !isSold ? 1 : 0);
  const early = payments.filter(({ state }) => state === 'early').length;
  expect(order?.earlyPayments).to.equal(early);
}

export const stateOf = ({ orders, balances, payments, moves, steps }: MemoryWorld) => ({
  orders: [...orders.values()].map(({ due: _due, isDue: _isDue, ...order }) => order),
  balances: [...balances.values()],
  payments: [...payments.values()],
  moves,
  steps,
});
