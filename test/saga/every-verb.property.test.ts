import { expect } from 'chai';
import fc from 'fast-check';
import { keptOf, wantedOf } from '../../src/orders/index.ts';
import type { SagaEvent } from '../../src/saga/index.ts';
import type { MemoryWorld } from '../support/memory-world.ts';
import { event, expectSound, requests, shop } from '../support/shop-stories.ts';

const RUNS = 10_000;
const via = { cause: 'http', attempt: 1 } as const;
const policy = fc.constantFrom('reserve-again' as const, 'refund' as const, 'manual' as const);
const limits = fc.constantFrom({}, { maxHoldsPerBuyer: 1 }, { maxUnitsPerBuyer: 3 });
const someone = fc.constantFrom(...(['a', 'b', 'c', 'd', 'e'] as const));
const happening = fc.record({ event, due: fc.option(someone) });
const history = fc.array(happening, { minLength: 1, maxLength: 30 });

const OPENING: readonly SagaEvent[] = Object.values(requests).flatMap((order): SagaEvent[] => [
  { kind: 'placed', order, via },
  { kind: 'reserve', orderId: order.orderId, via },
]);

function play(world: MemoryWorld, told: readonly { event: SagaEvent; due: string | null }[]): void {
  world.batch(OPENING);
  for (const { event: one, due } of told) world.batch([one], new Set(due === null ? [] : [due]));
}

const sixMore = (goodsId: number): SagaEvent => ({
  kind: 'stock-adjust',
  goodsId,
  delta: 6,
  reason: 'test',
  idempotencyKey: `six-${goodsId}`,
  via,
});
const withoutSafety = (goodsId: number): SagaEvent => ({
  kind: 'stock-keep',
  goodsId,
  safety: 0,
  actor: 'ann',
  reason: 'test',
  via,
});

/** What all orders together have, seen from their own lines, against what the shop says. */
function expectConserved(world: MemoryWorld): void {
  for (const balance of world.balances.values()) {
    const lines = [...world.orders.values()].flatMap(({ state, lines: all }) =>
      all.filter(({ goodsId }) => goodsId === balance.goodsId).map((line) => ({ state, line })),
    );
    const units = (wanted: string, of: typeof wantedOf) =>
      lines.filter(({ state }) => state === wanted).reduce((sum, { line }) => sum + of(line), 0);
    expect(balance.held).to.equal(units('reserved', wantedOf));
    expect(balance.sold).to.equal(units('paid', keptOf));
    expect(balance.available + balance.held + balance.sold).to.equal(balance.received);
  }
}

describe('every verb, in any order', function () {
  this.timeout(180_000);

  it('conserves every unit and closes each of them once', () => {
    fc.assert(
      fc.property(policy, limits, history, (late, limited, told) => {
        const world = shop(late, limited);
        play(world, told);
        expectSound(world);
        expectConserved(world);
      }),
      { numRuns: RUNS },
    );
  });

  it('never lets the own hold of a buyer block them, nor leaves two orders to pay', () => {
    let tried = 0;
    fc.assert(
      fc.property(policy, limits, history, (late, limited, told) => {
        const world = shop(late, limited);
        play(world, told);
        world.batch([1, 2, 3].map(withoutSafety)); // else what the old order frees is kept back
        for (const id of ['a', 'b', 'c', 'd'] as const) {
          const old = world.orders.get(id);
          if (old?.state !== 'reserved' || old.lines.some(({ cancelled }) => cancelled)) continue;
          tried += 1;
          const order = { ...requests[id], orderId: `again-${id}`, replaces: id };
          const [answer] = world.batch([{ kind: 'placed', order, via }]);
          expect(answer).to.include({ change: 'changed', state: 'reserved' });
          expect(world.orders.get(id)?.state).to.equal('cancelled');
        }
        expectConserved(world);
      }),
      { numRuns: RUNS },
    );
    expect(tried, 'orders that were replaced').to.be.greaterThan(RUNS / 10);
  });

  it('never reserves into the safety stock, nor lets a change of it move a unit', () => {
    let guarded = 0;
    fc.assert(
      fc.property(policy, history, (late, told) => {
        const world = shop(late);
        world.batch([1, 2, 3].map(sixMore));
        for (const { event: one, due } of told) {
          const before = world.moves.length;
          world.batch([one], new Set(due === null ? [] : [due]));
          const moves = world.moves.slice(before).map(({ move }) => move);
          if (one.kind === 'stock-keep') expect(moves).to.deep.equal([]);
          for (const { goodsId } of moves.filter(({ kind }) => kind === 'reserve')) {
            const { available = 0, keeping } = world.balances.get(goodsId) ?? {};
            expect(available).to.be.at.least(keeping?.safety ?? 0);
            if ((keeping?.safety ?? 0) > 0) guarded += 1;
          }
        }
      }),
      { numRuns: RUNS },
    );
    expect(guarded, 'reserves beside a safety stock').to.be.greaterThan(RUNS / 100);
  });

  it('never lets a buyer hold more than the limits say', () => {
    fc.assert(
      fc.property(policy, history, (late, told) => {
        const world = shop(late, { maxHoldsPerBuyer: 1 });
        play(world, told);
        for (const buyer of ['ann', 'bob']) {
          const held = [...world.orders.values()].filter(
            ({ buyerId, state }) => buyerId === buyer && state === 'reserved',
          );
          expect(held).to.have.length.below(2);
        }
      }),
      { numRuns: RUNS / 5 },
    );
  });
});
