import { expect } from 'chai';
import { AppError } from '../../src/kernel/index.ts';
import { expectBalanced } from '../support/books.ts';
import { FakeLocks } from '../support/fake-locks.ts';
import { type SagaFixture, sagaFixture, sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';

describe('goods that somebody else has locked', () => {
  let fixture: SagaFixture;
  let locks: FakeLocks;
  const settled = new Set<string>();

  beforeEach(async () => {
    locks = new FakeLocks();
    settled.clear();
    fixture = await sagaFixture({ locks });
    for (const goodsId of [1, 2, 3]) await fixture.restock(goodsId, 100);
  });
  afterEach(async () => {
    expect(locks.held).to.equal(0);
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  const placed = async (orderId: string, ...goods: readonly number[]): Promise<string> => {
    await fixture.place(
      orderId,
      goods.map((goodsId) => ({ goodsId, quantity: 1 })),
    );
    return orderId;
  };
  const reserving = (orderId: string) =>
    fixture.reserve(orderId).finally(() => settled.add(orderId));

  it('keep only their own orders waiting, and those go when they are free', async () => {
    const busy = await Promise.all([placed('a', 1), placed('b', 1, 2)]);
    const free = await Promise.all([placed('c', 2), placed('d', 3), placed('e', 2, 3)]);
    locks.busy.add('1');
    const waiting = busy.map(reserving);
    const others = await Promise.all(free.map(reserving));
    expect(others.every(({ state }) => state === 'reserved')).to.equal(true);
    expect([...settled].toSorted()).to.deep.equal(['c', 'd', 'e']);
    locks.busy.clear();
    const late = await Promise.all(waiting);
    expect(late.every(({ state }) => state === 'reserved')).to.equal(true);
  });

  it('are queued for, first come first served, after a few refusals', async () => {
    await placed('a', 1);
    locks.busy.add('1');
    const waiting = reserving('a');
    await until(() => locks.asks.some(({ how }) => how === 'wait'), 10_000, 'it queues');
    expect(locks.asks.filter(({ how }) => how === 'try').length).to.be.at.most(3 + 3);
    locks.busy.clear();
    expect((await waiting).state).to.equal('reserved');
  });

  it('cost a retryable error when they are never free, and nothing else', async () => {
    await placed('a', 1);
    await placed('b', 2);
    locks.busy.add('1');
    const impatient = sagaOver(fixture.database, { locks, batching: { busyLimitMs: 300 } });
    const error = await impatient.reserve('a').catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(AppError).and.include({ code: 'lock-busy', retryable: true });
    expect((error as AppError).details).to.deep.equal({ goods: [1] });
    expect((await impatient.reserve('b')).state).to.equal('reserved');
    const [order] = await fixture.database.rows(`SELECT state FROM orders WHERE order_id = 'a'`);
    expect(order).to.deep.equal({ state: 'placed' });
    expect(await fixture.database.rows('SELECT * FROM dead_letters')).to.deep.equal([]);
  });

  it('go to the order that came first', async () => {
    await fixture.restock(4, 1);
    await placed('first', 4);
    await placed('second', 4);
    locks.busy.add('4');
    const outcomes = [reserving('first')];
    await until(() => fixture.saga.stats.lockBusy > 0, 10_000, 'the first was refused');
    outcomes.push(reserving('second'));
    await until(() => locks.asks.some(({ how }) => how === 'wait'), 10_000, 'it queues');
    locks.busy.clear();
    const states = (await Promise.all(outcomes)).map(({ state }) => state);
    expect(states).to.deep.equal(['reserved', 'rejected']);
  });

  it('do not hold up a batch whose lock names strangers as busy', async () => {
    const tryLock = locks.tryLock.bind(locks);
    let once = true;
    locks.tryLock = (names, ask) => {
      if (!once) return tryLock(names, ask);
      once = false;
      return Promise.resolve({ kind: 'busy', names: ['999'], retryAfterMs: 1 });
    };
    await placed('a', 1);
    expect((await fixture.reserve('a')).state).to.equal('reserved');
  });

  it('are written under the number of the lock, in balance and ledger', async () => {
    locks.fence = 2n ** 60n;
    await placed('a', 1);
    await fixture.reserve('a');
    const [row] = await fixture.database.rows(
      `SELECT CAST(s.fence AS CHAR) AS stock, CAST(m.fence AS CHAR) AS ledger
       FROM stock s JOIN movements m ON m.goods_id = s.goods_id AND m.version = s.version
       WHERE s.goods_id = 1`,
    );
    expect(row).to.deep.equal({ stock: String(2n ** 60n), ledger: String(2n ** 60n) });
  });
});
