import { expect } from 'chai';
import { AppError } from '../../src/kernel/index.ts';
import { countDeadLetters, listDeadLetters, markReplayed } from '../../src/saga/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

const LINES = [{ goodsId: 1, quantity: 1 }];
const TOO_LONG = 'b'.repeat(65);

describe('an event that the data itself make impossible', () => {
  let fixture: SagaFixture;
  beforeEach(async () => {
    fixture = await sagaFixture();
    await fixture.restock(1, 100);
  });
  afterEach(async () => {
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  const buried = () =>
    fixture.database.rows('SELECT source, code, order_id, times FROM dead_letters ORDER BY id');
  const ids = Array.from({ length: 21 }, (_, index) => `o-${index}`);

  it('stands alone in the end, while the others of its batch commit', async () => {
    const outcomes = await Promise.allSettled(
      ids.map((id) => fixture.place(id, LINES, id === 'o-13' ? { buyerId: TOO_LONG } : {})),
    );
    const failed = outcomes.flatMap((one, index) => (one.status === 'rejected' ? [index] : []));
    expect(failed).to.deep.equal([13]);
    const { reason } = outcomes[13] as PromiseRejectedResult;
    expect(reason).to.be.instanceOf(AppError);
    expect(reason).to.include({ code: 'event-impossible', retryable: false });
    expect(await fixture.database.rows('SELECT order_id FROM orders')).to.have.length(20);
    expect(await buried()).to.deep.equal([
      { source: 'placed', code: 'database-failed', order_id: 'o-13', times: 1 },
    ]);
    expect(fixture.saga.stats).to.include({ buried: 1 });
    expect(fixture.saga.stats.splits).to.be.greaterThan(0);
  });

  it('waits again when it was sent again and came back, however soon', async () => {
    const { database } = fixture;
    const comeBack = async () => {
      const [end] = await Promise.allSettled([fixture.place('bad', LINES, { buyerId: TOO_LONG })]);
      expect(end?.status).to.equal('rejected');
    };
    const note = { actor: 'Ann', reason: 'try' };
    await comeBack();
    const [read] = await listDeadLetters(database, { limit: 1 });
    if (!read) throw new Error('nothing was buried');
    await markReplayed(database, read, note);
    expect(await countDeadLetters(database)).to.equal(0);
    await comeBack();
    expect(await countDeadLetters(database)).to.equal(1);
    await markReplayed(database, read, note); // whoever read it before it came back
    expect(await countDeadLetters(database)).to.equal(1);
  });

  it('is counted, not multiplied, when it comes again', async () => {
    for (const _ of [1, 2, 3]) {
      await fixture.place('bad', LINES, { buyerId: TOO_LONG }).catch((error: AppError) => {
        expect(error.code).to.equal('event-impossible');
      });
    }
    expect(await buried()).to.deep.equal([
      { source: 'placed', code: 'database-failed', order_id: 'bad', times: 3 },
    ]);
  });

  it('is found among changes of stock, also when it is a mistake of ours', async () => {
    const results = await Promise.allSettled([
      fixture.restock(1, 5),
      fixture.restock(2, 0.5),
      fixture.restock(3, 7),
    ]);
    expect(results.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    const stock = await fixture.database.rows('SELECT goods_id, available FROM stock');
    expect(stock).to.deep.include.members([
      { goods_id: 1, available: 105 },
      { goods_id: 3, available: 7 },
    ]);
    expect(await buried()).to.have.length(1);
  });

  it('is one whose place in the ledger is taken, and does not stop other goods', async () => {
    await fixture.restock(2, 10);
    await fixture.database.write(
      `INSERT INTO movements (goods_id, version, kind, quantity, at)
       VALUES (2, 2, 'restock', 1, UTC_TIMESTAMP(6))`,
    );
    await fixture.place('good', LINES);
    await fixture.place('bad', [{ goodsId: 2, quantity: 1 }]);
    const [good, bad] = await Promise.allSettled([fixture.reserve('good'), fixture.reserve('bad')]);
    expect([good.status, bad.status]).to.deep.equal(['fulfilled', 'rejected']);
    expect(await buried()).to.deep.equal([
      { source: 'reserve', code: 'database-failed', order_id: 'bad', times: 1 },
    ]);
    await fixture.database.write('DELETE FROM movements WHERE goods_id = 2 AND version = 2');
  });
});
