import { expect } from 'chai';
import fc from 'fast-check';
import { CommitGroup, type Verdict } from '../../src/saga/commit-group.ts';
import type { Flight, Key, Waiting } from '../../src/saga/taken-batch.ts';
import { signal } from '../support/until.ts';

interface Item {
  readonly id: number;
  readonly order: string;
  readonly goods: readonly number[];
}

const LIMITS = {
  lanes: 3,
  patientLanes: 2,
  itemsMax: 3,
  keysMax: 3,
  patientAfter: 2,
  followFrom: 2,
};

const wanted = fc.subarray([1, 2, 3]);

/** Events of a few orders; those of one order want the same goods. */
const items = fc
  .tuple(
    fc.record({ o: wanted, p: wanted, q: wanted, r: wanted, s: wanted, t: wanted }),
    fc.array(fc.constantFrom('o', 'p', 'q', 'r', 's', 't'), { minLength: 1, maxLength: 16 }),
  )
  .map(([goodsOf, orders]) => orders.map((order) => ({ order, goods: goodsOf[order] })));

/** What the batches answer, in turn: which goods a foreigner holds, or a failure. */
const troubles = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant([] as number[]) },
    { weight: 3, arbitrary: fc.subarray([1, 2, 3], { minLength: 1 }) },
    { weight: 1, arbitrary: fc.constant('fails' as const) },
  ),
  { maxLength: 12 },
);

/** Watches the promises of a group while its batches end in any order. */
class Watched {
  readonly inFlight = new Map<Key, Flight>();
  readonly open = new Map<Flight, Promise<unknown>>();
  followed = 0;
  readonly lastOf = new Map<Key, number>();
  unanswered = 0;
  private readonly troubles: (number[] | 'fails')[];
  private readonly scheduler: fc.Scheduler;
  private readonly group: CommitGroup<Item, number>;
  private ms = 0;

  constructor(scheduler: fc.Scheduler, troubles_: readonly (number[] | 'fails')[]) {
    this.scheduler = scheduler;
    this.troubles = [...troubles_];
    // The clock moves with every look, so that whoever is set aside soon comes back.
    const monotonicMs = () => {
      this.ms += 1;
      return this.ms;
    };
    const run = (batch: readonly Waiting<Item>[], flight: Flight) => this.run(batch, flight);
    this.group = new CommitGroup<Item, number>({ ...LIMITS, run, monotonicMs });
  }

  async submit(item: Item): Promise<number> {
    const keys = [item.order, ...item.goods];
    this.unanswered += 1;
    try {
      return await this.group.submit(item, keys, item.goods.length === 0 ? 'orders' : 'stock');
    } finally {
      this.unanswered -= 1;
    }
  }

  private async run(
    batch: readonly Waiting<Item>[],
    flight: Flight,
  ): Promise<readonly Verdict<number>[]> {
    expect(batch.length).to.be.within(1, LIMITS.itemsMax);
    expect(new Set(batch.map(({ kind }) => kind)).size).to.equal(1);
    const lead = flight.follows;
    const keys = new Set(batch.flatMap((waiting) => waiting.keys));
    for (const key of keys) {
      const holder = this.inFlight.get(key);
      if (typeof key === 'string') expect(holder, `key ${key} twice`).to.equal(undefined);
      // Goods are taken over from the one that it follows, from nobody else, and all or none.
      else if (holder) expect(holder, `goods ${key} twice`).to.equal(lead);
      else expect(lead && this.open.has(lead), `goods ${key} beside`).to.not.equal(true);
      this.inFlight.set(key, flight);
    }
    const before = lead && this.open.get(lead);
    if (lead) this.followed += 1;
    const trouble = this.troubles.shift() ?? [];
    const ending = this.end(flight, before);
    await ending;
    for (const key of keys) if (this.inFlight.get(key) === flight) this.inFlight.delete(key);
    if (trouble === 'fails') throw new Error('away');
    return batch.map((waiting) => this.verdictOn(waiting, trouble));
  }

  /** As `runBatch` does it: others may follow from some moment on, and it ends after its lead. */
  private async end(flight: Flight, before: Promise<unknown> | undefined): Promise<void> {
    await this.scheduler.schedule(Promise.resolve(), 'decided');
    const ended = (async () => {
      await this.scheduler.schedule(Promise.resolve(), 'batch');
      await before;
    })();
    this.open.set(flight, ended);
    flight.letFollow();
    await ended;
    this.open.delete(flight);
  }

  private verdictOn({ item }: Waiting<Item>, busy: readonly number[]): Verdict<number> {
    const held = item.goods.filter((goodsId) => busy.includes(goodsId));
    if (held.length > 0) return { kind: 'aside', busy: [item.order, ...held], forMs: 1 };
    // Events of one order keep their order, whoever is set aside in between.
    expect(item.id).to.be.greaterThan(this.lastOf.get(item.order) ?? -1);
    this.lastOf.set(item.order, item.id);
    return { kind: 'done', result: item.id };
  }
}

async function drain(watched: Watched, scheduler: fc.Scheduler): Promise<void> {
  for (let turns = 0; turns < 20_000 && watched.unanswered > 0; turns += 1) {
    const next = signal();
    setImmediate(next.give);
    await next.given;
    if (scheduler.count() > 0) await scheduler.waitOne();
  }
  expect(watched.unanswered, 'items that nobody answers').to.equal(0);
}

describe('a commit group, whatever comes in whatever order', () => {
  let followed = 0;
  after(() => expect(followed, 'batches that followed another').to.be.greaterThan(10));

  it('answers every item once, its own answer, and never doubles a key', async () => {
    await fc.assert(
      fc.asyncProperty(items, troubles, fc.scheduler(), async (list, trouble, scheduler) => {
        const watched = new Watched(scheduler, trouble);
        const answers = list.map((item, id) => watched.submit({ ...item, id }));
        const settled = Promise.allSettled(answers);
        await drain(watched, scheduler);
        followed += watched.followed;
        for (const [id, answer] of (await settled).entries()) {
          if (answer.status === 'fulfilled') expect(answer.value).to.equal(id);
          else expect(answer.reason).to.be.instanceOf(Error).with.property('message', 'away');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the order of arrival for each goods id when nobody is in the way', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.scheduler(), async (list, scheduler) => {
        const watched = new Watched(scheduler, []);
        const finished: Item[] = [];
        const answers = list.map(async (item, id) => {
          await watched.submit({ ...item, id });
          finished.push({ ...item, id });
        });
        await drain(watched, scheduler);
        await Promise.all(answers);
        for (const goodsId of [1, 2, 3]) {
          const ids = finished.filter(({ goods }) => goods.includes(goodsId)).map(({ id }) => id);
          expect(ids).to.deep.equal(ids.toSorted((one, other) => one - other));
        }
      }),
      { numRuns: 400 },
    );
  });
});
