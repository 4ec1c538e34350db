import { expect } from 'chai';
import { AppError } from '../../src/kernel/index.ts';
import { databaseError } from '../../src/mysql/index.ts';
import { antagonist, waitingSession } from '../support/antagonist.ts';
import { expectBalanced } from '../support/books.ts';
import { FakeLocks } from '../support/fake-locks.ts';
import { type SagaFixture, sagaFixture, sagaOver } from '../support/saga-fixture.ts';

const ORDER = 'SELECT seq FROM orders WHERE order_id = ? FOR UPDATE';
const STOCK = 'SELECT goods_id FROM stock WHERE goods_id = ? FOR UPDATE';

const lost = () => databaseError({ code: 'PROTOCOL_CONNECTION_LOST' });

describe('a batch that something passing was in the way of', () => {
  let fixture: SagaFixture;
  before(async () => {
    fixture = await sagaFixture();
    await fixture.restock(1, 100);
    await fixture.restock(2, 100);
  });
  after(async () => {
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  it('is tried again, whole, after a deadlock', async () => {
    for (const id of ['a', 'b']) await fixture.place(id, [{ goodsId: 1, quantity: 1 }]);
    await fixture.database.write('CREATE TABLE weight (id INT PRIMARY KEY) ENGINE = InnoDB');
    const other = await antagonist(fixture.database, async (sql) => {
      // So much has been written here that the database chooses the saga as its victim.
      await sql.write('INSERT INTO weight VALUES ?', [
        Array.from({ length: 999 }, (_, id) => [id]),
      ]);
      await sql.rows(STOCK, [1]);
    });
    const { retries } = fixture.saga.stats;
    const outcomes = Promise.all([fixture.reserve('a'), fixture.reserve('b')]);
    await waitingSession(fixture.database);
    await other.sql.rows(ORDER, ['a']);
    await other.leave();
    expect((await outcomes).map(({ state }) => state)).to.deep.equal(['reserved', 'reserved']);
    expect(fixture.saga.stats.retries).to.be.greaterThan(retries);
  });

  it('is tried again when its connection is cut in the middle', async () => {
    await fixture.place('cut', [{ goodsId: 1, quantity: 1 }]);
    const other = await antagonist(fixture.database, (sql) => sql.rows(STOCK, [1]));
    const outcome = fixture.reserve('cut');
    await fixture.database.write('KILL CONNECTION ?', [await waitingSession(fixture.database)]);
    await other.leave();
    expect((await outcome).state).to.equal('reserved');
  });

  it('waits for another process that is just writing the same order', async () => {
    const second = sagaOver(fixture.database);
    const { order: orderId, lines } = { order: 'race', lines: [{ goodsId: 1, quantity: 1 }] };
    const other = await antagonist(fixture.database, (sql) =>
      sql.write(
        `INSERT INTO orders (order_id, state, version, hold_seconds, placed_at)
         VALUES ('race', 'awaited', 0, 900, UTC_TIMESTAMP(6))`,
      ),
    );
    const both = Promise.all([fixture.place(orderId, lines), second.place(orderId, lines)]);
    await waitingSession(fixture.database);
    await other.leave();
    expect((await both).map(({ change }) => change).toSorted()).to.deep.equal([
      'changed',
      'unchanged',
    ]);
  });

  /** Places an order through tries that reach nobody, and then one that meets a race. */
  const placedAfter = async (triesInVain: number): Promise<unknown> => {
    const { database } = fixture;
    const troubles = Array.from({ length: triesInVain }, lost);
    troubles.push(databaseError({ errno: 1062, sqlMessage: "Duplicate entry for key 'k'" }));
    const troubled = sagaOver({
      ...database,
      transaction: async (work) => {
        const trouble = troubles.shift();
        if (trouble) throw trouble;
        return await database.transaction(work);
      },
    });
    const placing = troubled.place(`raced-${triesInVain}`, [{ goodsId: 1, quantity: 1 }]);
    return await placing.catch((error: unknown) => error);
  };
  const buried = () => fixture.database.rows('SELECT * FROM dead_letters');

  it('is not blamed for one race, whatever was in its way before', async () => {
    expect(await placedAfter(2)).to.include({ change: 'changed' });
    expect(await buried()).to.deep.equal([]);
  });

  it('is given back when its last try met a race', async () => {
    expect(await placedAfter(5)).to.include({ code: 'raced-in-vain', retryable: true });
    expect(await buried()).to.deep.equal([]);
  });

  it('gives its events back when the schema is broken, and loses none', async () => {
    await fixture.database.write('RENAME TABLE order_steps TO gone');
    const error = await fixture.place('later', [{ goodsId: 1, quantity: 1 }]).catch((e) => e);
    await fixture.database.write('RENAME TABLE gone TO order_steps');
    expect(error).to.be.instanceOf(AppError).and.include({ retryable: true });
    expect(await fixture.database.rows('SELECT * FROM dead_letters')).to.deep.equal([]);
    const again = await fixture.place('later', [{ goodsId: 1, quantity: 1 }]);
    expect(again.change).to.equal('changed');
  });
});

describe('a batch under a lock that is not good enough', () => {
  let fixture: SagaFixture;
  let locks: FakeLocks;
  beforeEach(async () => {
    locks = new FakeLocks();
    fixture = await sagaFixture({ locks });
    await fixture.restock(1, 10);
    await fixture.place('a', [{ goodsId: 1, quantity: 1 }]);
  });
  afterEach(async () => {
    expect(locks.held).to.equal(0);
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  it('takes the lock again above the number that the database has seen', async () => {
    await fixture.database.write('UPDATE stock SET fence = 1000');
    expect((await fixture.reserve('a')).state).to.equal('reserved');
    expect(locks.asks.at(-1)?.fenceAbove).to.equal(1000n);
    expect(fixture.saga.stats.fenceRefused).to.equal(1);
    expect(await fixture.database.rows('SELECT fence FROM stock')).to.deep.equal([{ fence: 1001 }]);
  });

  it('writes nothing under a number that is too low, however often', async () => {
    await fixture.database.write('UPDATE stock SET fence = 1000');
    locks.obeys = false;
    const error = await fixture.reserve('a').catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'fence-refused', retryable: true });
    const [stock] = await fixture.database.rows('SELECT held, fence FROM stock');
    expect(stock).to.deep.equal({ held: 0, fence: 1000 });
    expect(await fixture.database.rows('SELECT * FROM dead_letters')).to.deep.equal([]);
  });

  it('commits nothing that was decided under a lock lost before the end', async () => {
    locks.losses = 2;
    expect((await fixture.reserve('a')).state).to.equal('reserved');
    const moves = await fixture.database.rows(`SELECT kind FROM movements ORDER BY version`);
    expect(moves).to.deep.equal([{ kind: 'restock' }, { kind: 'reserve' }]);
    expect(fixture.saga.stats.retries).to.equal(2);
  });
});
