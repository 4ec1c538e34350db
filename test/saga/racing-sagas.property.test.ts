import { expect } from 'chai';
import fc from 'fast-check';
import type { SagaEvent } from '../../src/saga/index.ts';
import { type Deed, expectKept, RacingWorld } from '../support/racing-world.ts';
import type { Mishap } from '../support/strict-database.ts';
import type { LockMishap } from '../support/strict-locks.ts';

const via = { cause: 'queue', attempt: 1 } as const;

/** Few and scarce goods, so that everybody is in everybody's way. */
const contents = {
  a: [{ goodsId: 1, quantity: 2 }],
  b: [
    { goodsId: 1, quantity: 1 },
    { goodsId: 2, quantity: 2 },
  ],
  c: [{ goodsId: 2, quantity: 1 }],
  d: [{ goodsId: 1, quantity: 1 }],
  e: [
    { goodsId: 1, quantity: 1 },
    { goodsId: 2, quantity: 1 },
  ],
} as const;
const ORDERS = ['a', 'b', 'c', 'd', 'e'] as const;

const orderId = fc.constantFrom(...ORDERS);
const placed = (id: keyof typeof contents, isAtOnce: boolean): SagaEvent => ({
  kind: 'placed',
  order: { orderId: id, lines: contents[id] },
  via,
  ...(isAtOnce ? { reserveWithinMs: 1000 } : {}),
});
const job: fc.Arbitrary<SagaEvent> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(orderId, fc.boolean()).map(([id, now]) => placed(id, now)) },
  {
    weight: 3,
    arbitrary: orderId.map((id) => ({ kind: 'reserve' as const, orderId: id, via })),
  },
  { weight: 1, arbitrary: orderId.map((id) => ({ kind: 'cancel' as const, orderId: id, via })) },
  {
    weight: 1,
    arbitrary: orderId.map((id) => ({ kind: 'extend' as const, orderId: id, seconds: 4, via })),
  },
  { weight: 2, arbitrary: orderId.map((id) => ({ kind: 'due' as const, orderId: id, via })) },
  {
    weight: 2,
    arbitrary: fc.tuple(orderId, fc.constantFrom('p', 'q')).map(([id, pid]) => ({
      kind: 'payment' as const,
      payment: { orderId: id, paymentId: `${pid}-${id}` },
      via,
    })),
  },
);

const process = fc.constantFrom(0, 1);
/** A job is delivered once, or several times, by anybody, early or late. */
const deed: fc.Arbitrary<readonly Deed[]> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(job, fc.array(process, { minLength: 1, maxLength: 3 }))
      .map(([event, by]) => by.map((one) => ({ kind: 'event' as const, process: one, event }))),
  },
  { weight: 2, arbitrary: process.map((one) => [{ kind: 'sweep' as const, process: one }]) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 3 })
      .map((seconds) => [{ kind: 'time' as const, seconds }]),
  },
);
const mishaps: fc.Arbitrary<readonly Mishap[]> = fc.array(
  fc.constantFrom('none', 'none', 'none', 'conflict', 'lost', 'commit-lost', 'commit-kept'),
  { maxLength: 24 },
);
const lockMishaps: fc.Arbitrary<readonly LockMishap[]> = fc.array(
  fc.constantFrom('none', 'none', 'unreachable', 'lost', 'lost-unseen', 'lost-unseen', 'forgotten'),
  { maxLength: 16 },
);

const eventsMax = fc.constantFrom(2, 2, 4);

/** What the runs met: without these they would prove little. */
const met = new Map<string, number>();

function count({ database, locks, sagas }: RacingWorld): void {
  const more = (name: string, times: number) => met.set(name, (met.get(name) ?? 0) + times);
  for (const { stats } of sagas) {
    more('refused fences', stats.fenceRefused);
    more('batches tried again', stats.retries);
    more('batches that followed', stats.followed);
    more('batches without a quorum', stats.lockUnreachable);
    more('busy locks', stats.lockBusy);
  }
  more('two holders', locks.overlaps);
  more('deadlocks', database.store.deadlocks);
  more('commits done and unheard', database.befell['commit-kept']);
  more('commits not done and unheard', database.befell['commit-lost']);
  for (const { event, to_state: to } of database.store.all('steps')) more(`${event} ${to}`, 1);
}

describe('two processes, whatever step comes first, and whatever goes wrong', function () {
  this.timeout(60_000);

  it('keep every promise over jobs that come late, early, twice or never', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(deed, { minLength: 1, maxLength: 12 }),
        mishaps,
        lockMishaps,
        eventsMax,
        fc.scheduler(),
        async (deeds, ill, lockIll, size, scheduler) => {
          const world = new RacingWorld(scheduler, ill, lockIll, size);
          await world.restock(1, 4);
          await world.restock(2, 3);
          await world.play(deeds.flat());
          await world.comeToRest();
          count(world);
          expectKept(world);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('move each order once when sweeps, alarms and payments race for it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('due', 'payment', 'cancel'), { maxLength: 8 }),
        fc.array(orderId, { minLength: 8, maxLength: 8 }),
        mishaps,
        lockMishaps,
        eventsMax,
        fc.scheduler(),
        async (kinds, ids, ill, lockIll, size, scheduler) => {
          const world = new RacingWorld(scheduler, ill, lockIll, size);
          await world.restock(1, 4);
          await world.restock(2, 3);
          const event = (one: SagaEvent, at: number): Deed => ({
            kind: 'event',
            process: at,
            event: one,
          });
          await world.play(ORDERS.map((id, at) => event(placed(id, true), at)));
          world.database.letTimePass(2);
          const late = kinds.map((kind, at): Deed => {
            const id = ids[at] ?? 'a';
            if (kind !== 'payment') return event({ kind, orderId: id, via }, at);
            return event({ kind, payment: { orderId: id, paymentId: `p-${id}` }, via }, at);
          });
          const sweeps = [0, 1, 0, 1].map((one): Deed => ({ kind: 'sweep', process: one }));
          await world.play([...late, ...sweeps]);
          await world.comeToRest();
          count(world);
          expectKept(world);
        },
      ),
      { numRuns: 100 },
    );
  });

  after(() => {
    for (const name of [
      'refused fences',
      'batches tried again',
      'batches that followed',
      'batches without a quorum',
      'busy locks',
      'two holders',
      'commits done and unheard',
      'commits not done and unheard',
      'due expired',
      'payment paid',
    ]) {
      expect(met.get(name) ?? 0, `${name} among ${[...met].join(' ')}`).to.be.greaterThan(3);
    }
  });
});
