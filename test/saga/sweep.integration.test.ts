import { expect } from 'chai';
import { systemRandom } from '../../src/kernel/index.ts';
import { advanceDue, createSweep } from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { expectBalanced } from '../support/books.ts';
import { FakeLocks } from '../support/fake-locks.ts';
import { type SagaFixture, sagaFixture, sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';

describe('the sweep', () => {
  let fixture: SagaFixture;
  let locks: FakeLocks;
  beforeEach(async () => {
    locks = new FakeLocks();
    fixture = await sagaFixture({ locks });
    await fixture.restock(1, 2000);
    await fixture.restock(2, 10);
  });
  afterEach(async () => {
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  const reserved = async (orderId: string, goodsId = 1): Promise<void> => {
    await fixture.place(orderId, [{ goodsId, quantity: 1 }]);
    await fixture.reserve(orderId);
  };
  const allDue = () =>
    fixture.database.write('UPDATE orders SET due_at = UTC_TIMESTAMP(6) WHERE due_at IS NOT NULL');
  const stateOf = async (orderId: string) => {
    const [row] = await fixture.database.rows<{ state: string }>(
      'SELECT state FROM orders WHERE order_id = ?',
      [orderId],
    );
    return row?.state;
  };
  const sweep = (patienceMs = 5000) => advanceDue({ ...fixture, patienceMs }, 'sweep');

  it('returns what is due, and nothing else, without any queue', async () => {
    await reserved('due');
    await reserved('not-due');
    await fixture.letTimePass('due');
    expect(await sweep()).to.equal(1);
    expect(await stateOf('due')).to.equal('expired');
    expect(await stateOf('not-due')).to.equal('reserved');
    expect(await sweep()).to.equal(0);
  });

  it('changes nothing when somebody asks too early', async () => {
    await reserved('o');
    expect(await fixture.due('o')).to.include({ state: 'reserved', change: 'unchanged' });
    expect(await fixture.due('nobody')).to.include({ state: 'unknown', change: 'unchanged' });
  });

  it('reserves placed orders whose nudge was lost, once their time has come', async () => {
    await fixture.place('lost', [{ goodsId: 1, quantity: 1 }]);
    expect(await sweep()).to.equal(0);
    await allDue();
    expect(await sweep()).to.equal(1);
    expect(await stateOf('lost')).to.equal('reserved');
  });

  it('sends money back a day after it came for an order that never did', async () => {
    await fixture.pay({ orderId: 'never', paymentId: 'p' });
    const [stub] = await fixture.database.rows<{ hours: number }>(
      'SELECT TIMESTAMPDIFF(HOUR, placed_at, due_at) AS hours FROM orders',
    );
    expect(stub?.hours).to.equal(24);
    await allDue();
    await sweep();
    const payments = await fixture.database.rows('SELECT state, reason FROM payments');
    expect(payments).to.deep.equal([{ state: 'refund-due', reason: 'never-placed' }]);
  });

  it('puts off what is stuck, longer each time, and lets the others go', async () => {
    for (const id of ['a', 'b', 'c']) await reserved(id);
    await reserved('stuck', 2);
    locks.busy.add('2');
    const waits: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      await allDue();
      expect(await sweep(60)).to.equal(round === 0 ? 3 : 0);
      const [order] = await fixture.database.rows<{ attempts: number; wait: number }>(
        `SELECT attempts, TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), due_at) / 1e6 AS wait
         FROM orders WHERE order_id = 'stuck'`,
      );
      expect(order?.attempts).to.equal(round + 1);
      waits.push(Math.ceil(Number(order?.wait)));
    }
    expect(waits).to.deep.equal([1, 2, 4]);
    expect(await stateOf('stuck')).to.equal('reserved');
    locks.busy.clear();
    await allDue();
    await sweep();
    expect(await stateOf('stuck')).to.equal('expired');
  });

  it('does not stand still before one that can never be decided', async () => {
    await reserved('poison', 2);
    for (const id of ['a', 'b']) await reserved(id);
    const [row] = await fixture.database.rows<{ version: number }>(
      'SELECT version FROM stock WHERE goods_id = 2',
    );
    await fixture.database.write(
      `INSERT INTO movements (goods_id, version, kind, quantity, at)
       VALUES (2, ?, 'restock', 1, UTC_TIMESTAMP(6))`,
      [(row?.version ?? 0) + 1],
    );
    await allDue();
    expect(await sweep()).to.equal(2);
    const letters = await fixture.database.rows('SELECT source, order_id FROM dead_letters');
    expect(letters).to.deep.equal([{ source: 'due', order_id: 'poison' }]);
    await fixture.database.write(
      'DELETE FROM movements WHERE goods_id = 2 ORDER BY version DESC LIMIT 1',
    );
  });

  it('goes through a thousand in pages, also when others sweep at the same time', async () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `o-${index}`);
    await Promise.all(ids.map((id) => fixture.place(id, [{ goodsId: 1, quantity: 1 }])));
    await Promise.all(ids.map((id) => fixture.reserve(id)));
    await allDue();
    let [inHand, most] = [0, 0];
    const counting: typeof fixture.saga.advance = async (event) => {
      inHand += 1;
      most = Math.max(most, inHand);
      return await fixture.saga.advance(event).finally(() => {
        inHand -= 1;
      });
    };
    const { database } = fixture;
    const second = sagaOver(database, { locks });
    await Promise.all([
      advanceDue({ database, saga: { advance: counting } }, 'sweep'),
      advanceDue({ database, saga: second.saga }, 'alarm'),
    ]);
    expect(most).to.be.at.most(100);
    const [count] = await database.rows(
      `SELECT COUNT(*) AS n FROM orders WHERE state = 'expired' AND due_at IS NULL`,
    );
    expect(count).to.deep.equal({ n: 1000 });
  });

  it('gives way between two pages for as long as a page has taken', async () => {
    for (let index = 0; index < 150; index += 1) await reserved(`o-${index}`);
    await allDue();
    const times: { start: number; end: number }[] = [];
    const timed: typeof fixture.saga.advance = async (event) => {
      const start = performance.now();
      const outcome = await fixture.saga.advance(event);
      times.push({ start, end: performance.now() });
      return outcome;
    };
    await advanceDue({ database: fixture.database, saga: { advance: timed } }, 'sweep');
    const first = times.slice(0, 100);
    const endOfFirst = Math.max(...first.map(({ end }) => end));
    const took = endOfFirst - Math.min(...first.map(({ start }) => start));
    const next = Math.min(...times.slice(100).map(({ start }) => start));
    expect(next - endOfFirst).to.be.at.least(Math.min(500, took) * 0.9);
  });

  it('goes through once, however many alarms ring at the same time', async () => {
    for (const id of ['a', 'b', 'c']) await reserved(id);
    await allDue();
    let asked = 0;
    const counting: typeof fixture.saga.advance = (event) => {
      asked += 1;
      return fixture.saga.advance(event);
    };
    const parts = { database: fixture.database, saga: { advance: counting } };
    const moved = await Promise.all([1, 2, 3].map(() => advanceDue(parts, 'alarm')));
    expect(moved).to.deep.equal([3, 0, 0]);
    expect(asked).to.equal(3);
  });

  it('runs by itself until it is stopped, and through a database that fails', async () => {
    const service = createSweep({
      ...fixture,
      periodMs: 5,
      logger: silentLogger,
      random: systemRandom,
    });
    await reserved('o');
    await fixture.database.write('RENAME TABLE order_steps TO gone');
    await service.start();
    await fixture.letTimePass('o');
    await until(async () => {
      const [row] = await fixture.database.rows<{ attempts: number }>(
        'SELECT attempts FROM orders',
      );
      return (row?.attempts ?? 0) > 0;
    }, 10_000);
    await fixture.database.write('RENAME TABLE gone TO order_steps');
    await fixture.letTimePass('o');
    await until(async () => (await stateOf('o')) === 'expired');
    await service.stop();
    await service.stop();
  });
});
