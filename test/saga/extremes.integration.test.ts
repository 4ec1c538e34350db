import { expect } from 'chai';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

const MOST = Number.MAX_SAFE_INTEGER;

describe('a saga at its limits', () => {
  let fixture: SagaFixture;
  before(async () => {
    fixture = await sagaFixture();
  });
  after(async () => {
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  const goAllTheWay = async (orderId: string, goodsId: number, quantity = 1) => {
    await fixture.place(orderId, [{ goodsId, quantity }]);
    const { state } = await fixture.reserve(orderId);
    const paid = await fixture.pay({ orderId, paymentId: `p-${orderId}` });
    return [state, paid.state];
  };

  it('tells the largest goods ids apart', async () => {
    await Promise.all([MOST, MOST - 1, MOST - 2].map((goodsId) => fixture.restock(goodsId, 1)));
    const ways = await Promise.all([
      goAllTheWay('most', MOST),
      goAllTheWay('most-1', MOST - 1),
      goAllTheWay('most-2', MOST - 2),
    ]);
    expect(ways).to.deep.equal(ways.map(() => ['reserved', 'paid']));
    await fixture.place('none-left', [{ goodsId: MOST, quantity: 1 }]);
    expect((await fixture.reserve('none-left')).short).to.deep.equal([
      { goodsId: MOST, requested: 1, available: 0 },
    ]);
    const again = await fixture.place('none-left', [{ goodsId: MOST, quantity: 1 }]);
    expect(again.short).to.deep.equal([{ goodsId: MOST, requested: 1, available: 0 }]);
  });

  it('tells ids apart that look alike to a database, to a language or to a lock', async () => {
    await fixture.restock(7, 100);
    const ids = ['7', '07', '7.0', 'a', 'A', 'a.', 'a-', 'a_', '__proto__', 'constructor', '-'];
    const ways = await Promise.all(ids.map((id) => goAllTheWay(id, 7)));
    expect(ways).to.deep.equal(ids.map(() => ['reserved', 'paid']));
    const rows = await fixture.database.rows<{ order_id: string }>('SELECT order_id FROM orders');
    expect(rows.map((row) => row.order_id)).to.include.members(ids);
    const [stock] = await fixture.database.rows('SELECT sold FROM stock WHERE goods_id = 7');
    expect(stock).to.deep.equal({ sold: ids.length });
  });

  it('sums a hundred lines of the most units of one goods id', async () => {
    const lines = Array.from({ length: 100 }, () => ({ goodsId: 8, quantity: 1_000_000 }));
    await fixture.restock(8, 150_000_000);
    await fixture.place('huge', lines);
    expect((await fixture.reserve('huge')).state).to.equal('reserved');
    await fixture.place('too-huge', lines);
    expect((await fixture.reserve('too-huge')).short).to.deep.equal([
      { goodsId: 8, requested: 100_000_000, available: 50_000_000 },
    ]);
  });

  it('refuses more units than the books can hold, and keeps the books', async () => {
    expect(await fixture.restock(9, 1e12)).to.include({ change: 'changed' });
    expect(await fixture.restock(9, 1)).to.include({ code: 'stock-too-large' });
    expect(await fixture.restock(9, -1e12 - 1)).to.include({ code: 'stock-below-zero' });
    expect(await fixture.restock(9, -1e12)).to.include({ change: 'changed' });
  });

  it('keeps the text of an order as it came', async () => {
    const metadata = { note: `naïve 📦 "quoted" \\ \u0000 ' ; -- ${'x'.repeat(3000)}` };
    await fixture.place('text', [{ goodsId: 7, quantity: 1 }], { metadata });
    await fixture.cancel('text-stub');
    await fixture.place('text-stub', [{ goodsId: 7, quantity: 1 }], { metadata });
    const rows = await fixture.database.rows<{ metadata: unknown }>(
      `SELECT metadata FROM orders WHERE order_id LIKE 'text%'`,
    );
    const kept = rows.map((row) =>
      typeof row.metadata === 'string' ? JSON.parse(row.metadata) : row.metadata,
    );
    expect(kept).to.deep.equal([metadata, metadata]);
  });

  it('names a hundred short lines of one rejected order', async () => {
    const lines = Array.from({ length: 100 }, (_, index) => ({
      goodsId: MOST - 1000 - index,
      quantity: 1_000_000,
    }));
    await fixture.place('wide', lines);
    const rejected = await fixture.reserve('wide');
    expect(rejected.short).to.have.length(100);
    expect((await fixture.reserve('wide')).short).to.deep.equal(rejected.short);
  });

  it('decides a batch of two hundred orders of a hundred lines each', async () => {
    const lines = Array.from({ length: 100 }, (_, index) => ({
      goodsId: 100 + index,
      quantity: 1,
    }));
    await Promise.all(lines.map(({ goodsId }) => fixture.restock(goodsId, 150)));
    const ids = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    await Promise.all(ids.map((id) => fixture.place(id, lines)));
    const outcomes = await Promise.all(ids.map((id) => fixture.reserve(id)));
    expect(outcomes.filter(({ state }) => state === 'reserved')).to.have.length(150);
    expect(outcomes.filter(({ state }) => state === 'rejected')).to.have.length(50);
  }).timeout(30_000);
});
