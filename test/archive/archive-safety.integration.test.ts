import { expect } from 'chai';
import { archive, type ArchiveOptions } from '../../src/archive/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { audit, type SagaEvent } from '../../src/saga/index.ts';
import { KeptRecords, namesIn } from '../support/kept-records.ts';
import {
  age,
  FINISHED,
  idOf,
  makeOrders,
  paymentOf,
  placingOf,
  wayOf,
} from '../support/old-orders.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

const ORDERS = 1000;
const DAY_MS = 86_400_000;
const via = { cause: 'http', attempt: 1 } as const;

describe('the archive, when something comes in between', function () {
  this.timeout(60_000);
  let fixture: SagaFixture;
  beforeEach(async () => {
    fixture = await sagaFixture();
    await makeOrders(fixture, ORDERS);
    await age(fixture.database, 100);
  });
  afterEach(() => fixture.drop());

  const run = (more: Partial<ArchiveOptions> = {}) =>
    archive(fixture.database, {
      beforeMs: systemClock.wallMs() - 90 * DAY_MS,
      dryRun: false,
      ledger: true,
      ...more,
    });
  const expectBooks = async () => {
    expect((await audit(fixture.database)).differences.slice(0, 3)).to.deep.equal([]);
  };
  const historyOf = async (orderIds: readonly string[]) => {
    const [row] = await fixture.database.rows<{ orders: number }>(
      `SELECT COUNT(DISTINCT o.seq) AS orders FROM orders o
       JOIN order_steps s ON s.order_seq = o.seq WHERE o.order_id IN (?)`,
      [orderIds],
    );
    return row?.orders;
  };

  it('removes nothing before it is kept, and nothing that could not be', async () => {
    let pages = 0;
    const file = new KeptRecords(async (records) => {
      const ids = records.flatMap(({ kind, orderId }) =>
        kind === 'order' ? [String(orderId)] : [],
      );
      if (ids.length > 0) expect(await historyOf(ids)).to.equal(ids.length);
      pages += 1;
      if (pages === 3) throw new Error('the disk is full');
    });
    const failed = await run({ file }).catch((error: unknown) => error);
    expect(failed).to.have.property('message', 'the disk is full');
    const kept = file.of('order').map(({ orderId }) => String(orderId));
    expect(kept.length).to.be.greaterThan(0);
    const archived = await fixture.database.rows<{ order_id: string }>(
      'SELECT order_id FROM orders WHERE archived IS NOT NULL',
    );
    expect(archived.map((row) => row.order_id).toSorted()).to.deep.equal(kept.toSorted());
    await expectBooks();
    expect((await run({ file: new KeptRecords() })).orders).to.be.greaterThan(0);
    await expectBooks();
  });

  it('waits for nobody, and takes next time what others had in hand', async () => {
    const held = [0, 1, 2].map(idOf);
    const report = await fixture.database.transaction(async (sql) => {
      await sql.rows('SELECT seq FROM orders WHERE order_id IN (?) FOR UPDATE', [held]);
      return await run();
    });
    expect(report.skipped).to.equal(held.length);
    expect(await historyOf(held)).to.equal(held.length);
    expect(await run()).to.include({ orders: held.length, skipped: 0 });
    await expectBooks();
  });

  it('leaves an order alone that has moved since it was looked at', async () => {
    const moved = idOf(0);
    let isFirst = true;
    // Between the look at a page and its locks: the first thing that a transaction is asked for.
    const database = {
      ...fixture.database,
      transaction: async <T>(work: Parameters<typeof fixture.database.transaction<T>>[0]) => {
        if (isFirst) {
          isFirst = false;
          expect(await fixture.giveBack(moved)).to.include({ state: 'returned' });
        }
        return await fixture.database.transaction(work);
      },
    };
    const report = await archive(database, {
      beforeMs: systemClock.wallMs() - 90 * DAY_MS,
      dryRun: false,
      ledger: false,
    });
    expect(report.skipped).to.equal(1);
    expect(await historyOf([moved])).to.equal(1);
    await expectBooks();
  });

  it('keeps the books beside workers and a second archive', async () => {
    const numbers = Array.from({ length: ORDERS }, (_, index) => index);
    const finished = numbers.filter((index) => FINISHED.includes(wayOf(index)));
    const events = finished.flatMap((index): SagaEvent[] => [
      placingOf(index),
      paymentOf(index, 'late'),
      { kind: 'cancel', orderId: idOf(index), via },
      { kind: 'return', orderId: idOf(index), via },
    ]);
    const files = [new KeptRecords(), new KeptRecords()];
    const [, ...reports] = await Promise.all([
      fixture.saga.advanceAll(events),
      ...files.map((file) => run({ file })),
    ]);
    await expectBooks();
    const names = files.flatMap((file) => namesIn(file.records));
    expect(new Set(names).size, 'nothing is kept twice').to.equal(names.length);
    const moved = reports.reduce((sum, { movements }) => sum + movements, 0);
    expect(names.filter((name) => name.startsWith('goods'))).to.have.length(moved);
    await age(fixture.database, 100);
    await run();
    await expectBooks();
  });

  it('is not stopped by archived orders that have all moved since', async () => {
    await fixture.database.write("UPDATE payments SET state = 'refunded' WHERE state <> 'applied'");
    await fixture.database.write('DELETE FROM order_steps');
    await fixture.database.write('UPDATE orders SET archived = version');
    await age(fixture.database, 100);
    const names = (from: number) => Array.from({ length: 250 }, (_, index) => `s-${from + index}`);
    const sell = (orderIds: readonly string[]) =>
      fixture.saga.advanceAll(
        orderIds.map((orderId) => {
          const lines = [{ goodsId: 1, quantity: 1 }];
          return { kind: 'sell', orderId, lines, via };
        }),
      );
    await sell(names(1000));
    await age(fixture.database, 100);
    expect(await run()).to.include({ orders: 250 });
    await sell(names(2000));
    await age(fixture.database, 100);
    await Promise.all(names(1000).map((orderId) => fixture.giveBack(orderId)));
    expect(await run()).to.include({ orders: 250 });
  });

  it('removes old letters, notices and keys, and no others', async () => {
    const { database } = fixture;
    const letter = (fingerprint: string, times: string) =>
      database.write(
        `INSERT INTO dead_letters (fingerprint, source, code, message, payload, first_at, last_at,
           replayed_at) VALUES (?, 'placed', 'x', 'x', '{}', ${times})`,
        [fingerprint],
      );
    const old = 'UTC_TIMESTAMP(6) - INTERVAL 100 DAY';
    const now = 'UTC_TIMESTAMP(6)';
    await letter('replayed long ago', `${old}, ${old}, ${old}`);
    await letter('waits for a person', `${old}, ${old}, NULL`);
    await letter('came again', `${old}, ${now}, ${old}`);
    await letter('replayed now', `${old}, ${old}, ${now}`);
    const notice = (subject: string, state: string, delivered: string) =>
      database.write(
        `INSERT INTO notices (kind, subject, body, state, at, give_up_at, delivered_at)
         VALUES ('stock.out', ?, '{}', ?, ${old}, ${old}, ${delivered})`,
        [subject, state],
      );
    await notice('told', 'delivered', old);
    await notice('told now', 'delivered', now);
    await notice('dead', 'dead', 'NULL');
    await database.write(
      `INSERT INTO notice_attempts (notice, number, at, ms)
       SELECT seq, 1, at, 5 FROM notices`,
    );
    await database.write(
      `INSERT INTO idempotency_keys (idempotency_key, content, at) VALUES
         ('old', UNHEX(REPEAT('00', 32)), ${old}), ('old too', UNHEX(REPEAT('01', 32)), ${old}),
         ('kept', UNHEX(REPEAT('00', 32)), UTC_TIMESTAMP(6) - INTERVAL 6 DAY)`,
    );
    const file = new KeptRecords();
    const report = await run({ beforeMs: systemClock.wallMs() - DAY_MS, file });
    expect(report).to.include({ deadLetters: 1, notices: 1, idempotencyKeys: 2 });
    const left = await database.rows(`SELECT fingerprint AS name FROM dead_letters
      UNION ALL SELECT subject FROM notices UNION ALL SELECT idempotency_key FROM idempotency_keys
      UNION ALL SELECT COUNT(*) FROM notice_attempts`);
    expect(left.map((row) => (row as { name: string }).name)).to.have.members([
      'waits for a person',
      'came again',
      'replayed now',
      'told now',
      'dead',
      'kept',
      '2',
    ]);
    expect(file.of('idempotency-key').map(({ id }) => id)).to.deep.equal(['old', 'old too']);
    expect(file.of('notice')[0]).to.include({ subject: 'told', body: '{}' });
    expect(file.of('dead-letter')[0]).to.include({ source: 'placed', payload: '{}' });
  });
});
