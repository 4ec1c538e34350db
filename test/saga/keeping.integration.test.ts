import { expect } from 'chai';
import { listNotices } from '../../src/notices/index.ts';
import type { SagaEvent, StockOutcome } from '../../src/saga/index.ts';
import { listKeepings, readStockView } from '../../src/stock/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

const via = { cause: 'cli', attempt: 1 } as const;
type Change = Pick<SagaEvent & { kind: 'stock-keep' }, 'safety' | 'thresholds'>;
const units = (quantity: number) => [{ goodsId: 7, quantity }];

describe('stock that is kept', () => {
  let fixture: SagaFixture;
  beforeEach(async () => {
    fixture = await sagaFixture({ rules: { writesNotices: true } });
    await fixture.restock(7, 10);
  });
  afterEach(async () => {
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  const keep = async (change: Change, reason = 'season') => {
    const event = { kind: 'stock-keep', goodsId: 7, ...change, actor: 'ann', reason, via } as const;
    return (await fixture.saga.advance(event)) as StockOutcome;
  };
  const told = async () => {
    const { notices } = await listNotices(fixture.database, { limit: 100, subject: 'goods:7' });
    return notices.map(({ kind, facts }) => `${kind} ${String(facts['available'])}`).toReversed();
  };
  const order = async (id: string, quantity: number) => {
    await fixture.place(id, units(quantity));
    return await fixture.reserve(id);
  };

  it('reserves down to the safety stock, and says in a read what is for sale', async () => {
    expect(await keep({ safety: 4 })).to.include({ change: 'changed' });
    expect(await order('a', 7)).to.deep.include({
      state: 'rejected',
      short: [{ goodsId: 7, requested: 7, available: 6 }],
    });
    expect((await order('b', 6)).state).to.equal('reserved');
    expect(await readStockView(fixture.database, 7)).to.deep.equal({
      goodsId: 7,
      available: 4,
      held: 6,
      sold: 0,
      received: 10,
      version: 2,
      safety: 4,
      forSale: 0,
    });
    await keep({ safety: 3 }, 'one for the fair');
    expect((await order('c', 1)).state, 'at once').to.equal('reserved');
    await keep({ safety: 99 });
    await fixture.cancel('b');
    expect((await order('d', 1)).state, 'raised above what is there').to.equal('rejected');
  });

  it('keeps who changed it, when and why, and nothing of what changed nothing', async () => {
    await keep({ safety: 4 }, 'first');
    await keep({ safety: 4 }, 'again');
    await keep({ thresholds: { lowAt: 2, backAt: 5 } }, 'second');
    const [second, first, ...more] = await listKeepings(fixture.database, 7, 10);
    expect(more).to.deep.equal([]);
    expect(first).to.deep.include({ number: 1, safety: 4, thresholds: null, reason: 'first' });
    expect(second).to.deep.include({ number: 2, safety: 4, actor: 'ann', reason: 'second' });
    expect(second?.thresholds).to.deep.equal({ lowAt: 2, backAt: 5 });
  });

  it('tells once that few are left, and once that there are enough again', async () => {
    await keep({ thresholds: { lowAt: 3, backAt: 8 } });
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await order(id, 1);
    expect(await told()).to.deep.equal(['stock.low 3']);
    for (const id of ['a', 'b', 'c', 'd']) await fixture.cancel(id);
    expect(await told(), 'six are not enough yet').to.deep.equal(['stock.low 3']);
    await order('all', 6);
    await fixture.cancel('all');
    await fixture.restock(7, 2);
    expect(await told()).to.deep.equal(['stock.low 3', 'stock.out 0', 'stock.back 8']);
  });

  it('tells in the transaction that crosses the line, and not when it is rolled back', async () => {
    await keep({ thresholds: { lowAt: 3, backAt: 8 } });
    await fixture.database.write("ALTER TABLE notices ADD CHECK (kind <> 'stock.low')");
    await fixture.place('a', units(8));
    const failed = await fixture.saga.advance({ kind: 'reserve', orderId: 'a', via }).then(
      () => false,
      () => true,
    );
    expect(failed).to.equal(true);
    expect(await readStockView(fixture.database, 7)).to.include({ available: 10, held: 0 });
  });

  it('changes many goods at once under orders that want them, and none is oversold', async () => {
    const ids = Array.from({ length: 40 }, (_, at) => `o${at}`);
    const safeties = [1, 9, 2, 0, 5, 3];
    await Promise.all([
      ...ids.map((id) => order(id, 1)),
      ...safeties.map((safety) => keep({ safety }, `to ${safety}`)),
    ]);
    const stock = await readStockView(fixture.database, 7);
    const left = stock?.forSale ?? stock?.available ?? 0;
    const states = await Promise.all(ids.map((id) => fixture.reserve(id)));
    const reserved = states.filter(({ state }) => state === 'reserved').length;
    expect([stock?.held, left + (stock?.safety ?? 0) <= 10]).to.deep.equal([reserved, true]);
  });

  it('happens once for its key, also when there was nothing to change', async () => {
    const set = async (available: number, key: string) =>
      (await fixture.saga.advance({
        kind: 'stock-set',
        goodsId: 7,
        available,
        isOnce: true,
        reason: 'file',
        idempotencyKey: key,
        via,
      })) as StockOutcome;
    expect(await set(10, 'row-1')).to.not.have.property('repeated');
    await order('a', 4);
    expect(await set(10, 'row-1')).to.include({ change: 'unchanged', repeated: true });
    expect(await readStockView(fixture.database, 7)).to.include({ available: 6, received: 10 });
    expect((await set(10, 'row-2')).change).to.equal('changed');
  });
});
