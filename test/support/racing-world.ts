import { expect } from 'chai';
import type fc from 'fast-check';
import { AppError, secondsAfter, systemClock } from '../../src/kernel/index.ts';
import {
  advanceDue,
  createSaga,
  noNudges,
  type Saga,
  type SagaEvent,
} from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { StrictDatabase, type Mishap } from './strict-database.ts';
import { type LockMishap, StrictLocks } from './strict-locks.ts';
import type { StrictRow } from './strict-rows.ts';
import { signal } from './until.ts';

export type Deed =
  | { readonly kind: 'event'; readonly process: number; readonly event: SagaEvent }
  | { readonly kind: 'sweep'; readonly process: number }
  | { readonly kind: 'time'; readonly seconds: number };

const HOLD_SECONDS = 2;
const TURNS_MAX = 200_000;
const DELIVERIES_MAX = 40;
const LONG = 90_000;
const via = { cause: 'queue', attempt: 1 } as const;

interface Told {
  readonly orderId: string;
  readonly state: string;
}

/** Two processes over one database and one set of locks, whose every step comes when it likes. */
export class RacingWorld {
  readonly database: StrictDatabase;
  readonly locks: StrictLocks;
  readonly sagas: readonly Saga[];
  /** What callers were told has changed. */
  readonly told: Told[] = [];
  readonly #scheduler: fc.Scheduler;

  constructor(
    scheduler: fc.Scheduler,
    mishaps: readonly Mishap[] = [],
    lockMishaps: readonly LockMishap[] = [],
    eventsMax = 4,
  ) {
    this.#scheduler = scheduler;
    const turn = async (what: string): Promise<void> => {
      await scheduler.schedule(Promise.resolve(), what);
    };
    this.database = new StrictDatabase(turn, mishaps);
    this.locks = new StrictLocks(turn, lockMishaps);
    this.sagas = [1, 2].map(() =>
      createSaga({
        database: this.database,
        locks: this.locks,
        nudges: noNudges, // all of them are lost; jobs come from outside
        rules: { latePayment: 'reserve-again', holdSeconds: HOLD_SECONDS },
        logger: silentLogger,
        clock: systemClock,
        random: () => -1, // nobody waits for a back-off: it is the scheduler that says who is late
        // Small batches follow each other soon, large ones have more in common.
        batching: { eventsMax, goodsMax: 3, lanes: 3, followFrom: eventsMax / 2 },
      }),
    );
  }

  async restock(goodsId: number, delta: number): Promise<void> {
    const about = { goodsId, delta, reason: 'first', idempotencyKey: `first-${goodsId}` };
    await this.drain(this.#deliver({ kind: 'stock-adjust', ...about, via }, 0));
  }

  /** All at once, each begun when the scheduler lets it. */
  async play(deeds: readonly Deed[]): Promise<void> {
    const all = deeds.map(async (deed) => {
      await this.#scheduler.schedule(Promise.resolve(), deed.kind);
      if (deed.kind === 'time') this.database.letTimePass(deed.seconds);
      else if (deed.kind === 'sweep') await this.sweep(deed.process);
      else await this.#deliver(deed.event, deed.process);
    });
    await this.drain(Promise.all(all));
  }

  /** As a worker does: what could not be read is left for the next time. */
  async sweep(process: number): Promise<void> {
    const saga = this.#saga(process);
    await advanceDue({ database: this.database, saga }, 'sweep').catch((error: unknown) => {
      if (!isPassing(error)) throw error;
    });
  }

  /** Nothing goes wrong any more, nobody sends anything, and time passes. */
  async comeToRest(): Promise<void> {
    this.database.calm();
    this.locks.calm();
    for (let round = 0; round < 4; round += 1) {
      this.database.letTimePass(LONG);
      await this.drain(Promise.all([this.sweep(0), this.sweep(1)]));
    }
  }

  async drain(work: Promise<unknown>): Promise<void> {
    const over = { is: false };
    const ended = work.finally(() => {
      over.is = true;
    });
    const settled = Promise.allSettled([ended]);
    for (let turns = 0; turns < TURNS_MAX && !over.is; turns += 1) {
      const next = signal();
      setImmediate(next.give);
      await next.given;
      if (this.#scheduler.count() > 0) await this.#scheduler.waitOne();
    }
    expect(over.is, 'an end of it').to.equal(true);
    await settled;
    await ended;
  }

  /** Like a queue: again while it may succeed, by whoever takes it. */
  async #deliver(event: SagaEvent, first: number): Promise<void> {
    for (let delivery = 0; delivery < DELIVERIES_MAX; delivery += 1) {
      try {
        const outcome = await this.#saga(first + delivery).advance(event);
        if ('orderId' in outcome && outcome.change === 'changed') this.told.push(outcome);
        return;
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
    }
    throw new Error(`${event.kind} was delivered ${DELIVERIES_MAX} times in vain`);
  }

  #saga(process: number): Saga {
    const saga = this.sagas[process % this.sagas.length];
    if (!saga) throw new Error('there are no sagas');
    return saga;
  }
}

const isPassing = (error: unknown) => error instanceof AppError && error.retryable;

/** Everything that must be true when nothing is under way any more. */
export function expectKept({ database, told }: RacingWorld): void {
  expect(database.letters, 'dead letters').to.deep.equal([]);
  const { store } = database;
  for (const stock of store.all('stock')) expectLedger(stock, store.all('movements'));
  for (const order of store.all('orders')) {
    const mine = (row: StrictRow) => row['order_seq'] === order['seq'];
    const [steps, moves] = [store.all('steps').filter(mine), store.all('movements').filter(mine)];
    const payments = store.all('payments').filter(mine);
    expectOrder(order, steps, moves, payments);
    const ways = steps.map((step) => step['to_state']);
    for (const { orderId, state } of told) {
      if (orderId === order['order_id']) expect(ways, `what was told of it`).to.include(state);
    }
  }
  const known = store.all('orders').map((order) => order['order_id']);
  for (const { orderId } of told) expect(known, 'orders that were told of').to.include(orderId);
}

function expectLedger(stock: StrictRow, all: readonly StrictRow[]): void {
  const moves = all
    .filter((move) => move['goods_id'] === stock['goods_id'])
    .toSorted((one, other) => Number(one['version']) - Number(other['version']));
  expect(moves.map((move) => move['version'])).to.deep.equal(moves.map((_, at) => at + 1));
  expect(stock['version']).to.equal(moves.length);
  const units = (kind: string) =>
    moves
      .filter((move) => move['kind'] === kind)
      .reduce((sum, one) => sum + Number(one['quantity']), 0);
  const held = units('reserve') - units('release') - units('settle');
  expect([stock['held'], held], 'held').to.deep.equal([0, 0]);
  expect(stock['sold'], 'sold').to.equal(units('settle'));
  expect(stock['received'], 'received').to.equal(units('restock'));
  const fences = moves.flatMap(({ fence }) => (fence === null ? [] : [Number(fence)]));
  expect(fences, 'lock numbers').to.deep.equal(fences.toSorted((one, other) => one - other));
}

const ENDED = ['paid', 'expired', 'rejected', 'cancelled', 'awaited'];

function expectOrder(
  order: StrictRow,
  steps: readonly StrictRow[],
  moves: readonly StrictRow[],
  payments: readonly StrictRow[],
): void {
  const { order_id: id, state, due_at: due } = order;
  const what = `order ${id}`;
  expect(ENDED, what).to.include(state);
  expect(due, `when ${what} is due`).to.equal(null);
  expect(order['version'], `steps of ${what}`).to.equal(steps.length);
  const inState = (wanted: string) => payments.filter((one) => one['state'] === wanted).length;
  expect(inState('applied'), `payments of ${what}`).to.equal(state === 'paid' ? 1 : 0);
  expect(inState('early'), `payments that ${what} forgot`).to.equal(0);
  const isCancelled = steps.some((step) => step['to_state'] === 'cancelled');
  for (const { kind, hold, at } of moves) {
    if (kind !== 'release' || isCancelled) continue;
    const opened = moves.find((one) => one['kind'] === 'reserve' && one['hold'] === hold);
    const end = secondsAfter(String(opened?.['at']), HOLD_SECONDS);
    expect(String(at) >= end, `${what} released at ${String(at)}, before ${end}`).to.equal(true);
  }
}
