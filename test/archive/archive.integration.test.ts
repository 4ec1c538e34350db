import { expect } from 'chai';
import { archive, type ArchiveReport } from '../../src/archive/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { audit, readOrder, type SagaEvent } from '../../src/saga/index.ts';
import { listMovements } from '../../src/stock/index.ts';
import { KeptRecords } from '../support/kept-records.ts';
import {
  age,
  FINISHED,
  idOf,
  linesOf,
  makeOrders,
  paymentOf,
  placingOf,
  WAYS,
  wayOf,
} from '../support/old-orders.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

const ORDERS = 5000;
const OLD = 4000;
const via = { cause: 'http', attempt: 1 } as const;
const all = Array.from({ length: ORDERS }, (_, index) => index);
const DAY_MS = 86_400_000;

describe('the archive', function () {
  this.timeout(120_000);
  let fixture: SagaFixture;
  const kept = new KeptRecords();
  let report: ArchiveReport;
  const answersBefore = new Map<string, unknown>();

  const run = (more: { dryRun?: boolean; ledger?: boolean; file?: KeptRecords } = {}) =>
    archive(fixture.database, {
      beforeMs: systemClock.wallMs() - 90 * DAY_MS,
      dryRun: false,
      ledger: false,
      ...more,
    });
  const expectBooks = async () => {
    const { balanced, differences } = await audit(fixture.database);
    expect(differences.slice(0, 3)).to.deep.equal([]);
    expect(balanced).to.equal(true);
  };
  /** What is said again, and changes nothing in whatever state the order is. */
  const said = (index: number): SagaEvent[] => [
    placingOf(index),
    { kind: 'placed', order: { orderId: idOf(index), lines: [{ goodsId: 1, quantity: 9 }] }, via },
    { kind: 'reserve', orderId: idOf(index), via },
    ...(wayOf(index) === 'paid' ? [paymentOf(index, 'a')] : []),
    ...(wayOf(index) === 'paid' ? [conflicting(index)] : []),
    { kind: 'cancel', orderId: idOf(index), via },
    { kind: 'due', orderId: idOf(index), via },
    { kind: 'sell', orderId: idOf(index), lines: linesOf(index), via },
  ];
  const conflicting = (index: number): SagaEvent => ({
    kind: 'payment',
    payment: { orderId: idOf(index + 1), paymentId: `p-${idOf(index)}-a` },
    via,
  });
  const answersOf = async (index: number) => {
    const results = await fixture.saga.advanceAll(said(index));
    return results.map((result) => ('outcome' in result ? result.outcome : result.error));
  };
  const finishedOnes = FINISHED.map((way) => WAYS.indexOf(way));

  before(async () => {
    fixture = await sagaFixture();
    await makeOrders(fixture, ORDERS);
    const [row] = await fixture.database.rows<{ seq: number }>(
      'SELECT MAX(seq) AS seq FROM (SELECT seq FROM orders ORDER BY seq LIMIT ?) old',
      [OLD],
    );
    await age(fixture.database, 100, row?.seq);
    await expectBooks();
    for (const index of finishedOnes) answersBefore.set(idOf(index), await answersOf(index));
    for (const index of finishedOnes) {
      answersBefore.set(`view of ${idOf(index)}`, await readOrder(fixture.database, idOf(index)));
    }
    answersBefore.set('dry', await run({ dryRun: true, ledger: true }));
    await expectBooks();
  });
  after(() => fixture.drop());

  it('removes the history of what is finished and old, and the books still balance', async () => {
    report = await run({ file: kept });
    const dry = answersBefore.get('dry') as ArchiveReport;
    expect(report.orders)
      .to.be.greaterThan(OLD / 3)
      .and.to.equal(dry.orders);
    expect(report.steps)
      .to.be.greaterThan(OLD / 2)
      .and.to.equal(dry.steps);
    expect(report).to.include({ movements: 0, skipped: 0 });
    await expectBooks();
    const left = await fixture.database.rows<{ order_id: string }>(
      `SELECT order_id FROM orders o WHERE archived IS NOT NULL AND (metadata IS NOT NULL
         OR EXISTS (SELECT 1 FROM order_steps s WHERE s.order_seq = o.seq))`,
    );
    expect(left).to.deep.equal([]);
    const ways = await fixture.database.rows<{ way: string }>(
      `SELECT DISTINCT SUBSTRING_INDEX(order_id, '-', 1) AS way FROM orders
       WHERE archived IS NOT NULL ORDER BY 1`,
    );
    expect(ways.map(({ way }) => way)).to.deep.equal([...FINISHED].toSorted());
  });

  it('leaves whatever is younger, unfinished, or waits for its money to go back', async () => {
    const [row] = await fixture.database.rows<{ young: number; finished: number }>(
      `SELECT SUM(o.placed_at > UTC_TIMESTAMP(6) - INTERVAL 90 DAY AND o.archived IS NOT NULL)
         AS young,
       SUM(o.placed_at < UTC_TIMESTAMP(6) - INTERVAL 90 DAY AND o.archived IS NULL
         AND SUBSTRING_INDEX(o.order_id, '-', 1) IN (?)
         AND o.order_id NOT LIKE 'paid-twice%') AS finished
       FROM orders o`,
      [FINISHED],
    );
    expect([Number(row?.young), Number(row?.finished)]).to.deep.equal([0, 0]);
    for (const way of WAYS.filter((one) => !FINISHED.includes(one))) {
      const view = await readOrder(fixture.database, idOf(WAYS.indexOf(way)));
      expect(view?.history, way).to.have.length.greaterThan(0);
      expect(view, way).not.to.have.property('archived');
    }
  });

  it('has kept each order whole, once', async () => {
    const orders = kept.of('order');
    expect(orders).to.have.length(report.orders);
    expect(new Set(orders.map((order) => order['orderId'])).size).to.equal(report.orders);
    for (const index of finishedOnes) {
      const one = orders.find((order) => order['orderId'] === idOf(index));
      const view = answersBefore.get(`view of ${idOf(index)}`) as object;
      expect(one).to.deep.equal({ kind: 'order', ...view });
    }
  });

  it('shows what is left of an order, and says that there was more', async () => {
    for (const index of finishedOnes) {
      const view = await readOrder(fixture.database, idOf(index));
      const { metadata: _gone, ...known } = answersBefore.get(`view of ${idOf(index)}`) as {
        metadata?: object;
      };
      expect(view).to.deep.equal({ ...known, history: [], archived: true });
    }
  });

  it('lets every archived order answer what it answered before', async () => {
    for (const index of finishedOnes) {
      expect(await answersOf(index), idOf(index)).to.deep.equal(answersBefore.get(idOf(index)));
    }
    await expectBooks();
  });

  it('finds nothing the second time', async () => {
    expect(await run()).to.include({ orders: 0, steps: 0, movements: 0, skipped: 0 });
  });

  it('carries old movements forward, and the books still balance', async () => {
    const dry = answersBefore.get('dry') as ArchiveReport;
    const done = await run({ ledger: true, file: kept });
    expect(done.movements)
      .to.be.greaterThan(OLD / 2)
      .and.to.equal(dry.movements);
    await expectBooks();
    const movements = kept.of('movement');
    expect(movements).to.have.length(done.movements);
    const first = movements.find(({ goodsId }) => goodsId === 1);
    expect(first).to.include({ version: 1, move: 'restock', quantity: 10 * ORDERS });
    const page = await listMovements(fixture.database, 1, { limit: 5000 });
    const [opening] = await fixture.database.rows<{ version: number }>(
      'SELECT version FROM carried_forward WHERE goods_id = 1',
    );
    expect(page.movements.at(-1)?.version).to.equal((opening?.version ?? 0) + 1);
    expect(await run({ ledger: true })).to.include({ orders: 0, movements: 0 });
  });

  it('lets archived orders be returned and paid late, once, as if nothing had been', async () => {
    const paid = idOf(WAYS.indexOf('paid'));
    const expired = WAYS.indexOf('expired');
    expect(await fixture.giveBack(paid)).to.include({ state: 'returned', change: 'changed' });
    expect(await fixture.giveBack(paid)).to.include({ state: 'returned', change: 'unchanged' });
    const [late] = await fixture.saga.advanceAll([paymentOf(expired, 'late')]);
    expect(late).to.have.nested.property('outcome.state', 'paid');
    await expectBooks();
    const view = await readOrder(fixture.database, idOf(expired));
    expect(view).to.include({ archived: true, state: 'paid' });
    expect(view?.history.map(({ event, step }) => [event, step])).to.deep.equal([
      ['reserve', 4],
      ['payment', 5],
    ]);
  });

  it('takes an order again that has moved since, and goes on with the ledger', async () => {
    await age(fixture.database, 100);
    const again = await run({ ledger: true, file: kept });
    expect(again.orders).to.be.greaterThan(ORDERS / 10);
    await expectBooks();
    const expired = idOf(WAYS.indexOf('expired'));
    const steps = kept
      .of('order')
      .filter((order) => order['orderId'] === expired)
      .flatMap((order) => order['history'] as { step: number }[]);
    expect(steps.map(({ step }) => step)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(all.length).to.equal(ORDERS);
  });

  it('leaves books in which a change by hand is still found', async () => {
    const spoilt = async (statement: string, check: string) => {
      const changed = fixture.database.transaction(async (sql) => {
        await sql.write(statement);
        const { differences } = await audit({ ...fixture.database, snapshot: (work) => work(sql) });
        expect(differences.map((one) => one.check)).to.include(check);
        throw new Error('take it back');
      });
      await changed.then(
        () => expect.fail('was not taken back'),
        (error: unknown) => expect(error).to.have.property('message', 'take it back'),
      );
    };
    const opening = 'UPDATE carried_forward SET';
    await spoilt(`${opening} available = available + 1, received = received + 1`, 'ledger-balance');
    await spoilt(`${opening} version = version + 1`, 'ledger-versions');
    await spoilt(`${opening} returned = returned + 1`, 'sold-orders');
    await spoilt(`${opening} fence = fence + 1`, 'stock-fence');
    await spoilt('UPDATE orders SET archived = archived + 1 WHERE archived = 3', 'steps-numbered');
    await spoilt('UPDATE orders SET archived = NULL WHERE archived = 3', 'steps-numbered');
    await spoilt(
      "UPDATE orders SET state = 'cancelled' WHERE state = 'paid' LIMIT 1",
      'sold-orders',
    );
    await expectBooks();
  });
});
