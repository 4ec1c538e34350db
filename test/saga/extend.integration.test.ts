import { expect } from 'chai';
import { audit, type Nudges, readOrder } from '../../src/saga/index.ts';
import { readStockView } from '../../src/stock/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

describe('a hold that is extended', () => {
  let shop: SagaFixture;
  const alarms: number[] = [];
  const nudges: Nudges = {
    reserve: () => undefined,
    wakeAt: (seconds) => alarms.push(...seconds),
  };

  beforeEach(async () => {
    shop = await sagaFixture({ nudges });
    alarms.length = 0;
    await shop.restock(7, 2);
  });
  afterEach(async () => {
    await expectBalanced(shop.database);
    expect((await audit(shop.database)).differences).to.deep.equal([]);
    await shop.drop();
  });

  const held = async (orderId: string, quantity = 2): Promise<void> => {
    await shop.place(orderId, [{ goodsId: 7, quantity }], { holdSeconds: 60 });
    await shop.reserve(orderId);
  };

  /** Seconds from the database's clock to the end of the hold, and to when it is looked at. */
  const endsIn = async (orderId: string): Promise<unknown> => {
    const [row] = await shop.database.rows(
      `SELECT ROUND(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(6), expires_at) / 60) AS minutes,
         expires_at = due_at AS together FROM orders WHERE order_id = ?`,
      [orderId],
    );
    return { ...(row as object) };
  };

  it('ends at the database time plus the seconds, and an alarm is set for it', async () => {
    await held('a');
    const outcome = await shop.extend('a', 7200);
    expect(outcome).to.include({ change: 'changed', state: 'reserved' });
    expect(await endsIn('a')).to.deep.equal({ minutes: '120', together: 1 });
    expect(alarms).to.have.length(2);
    expect((alarms[1] ?? 0) - (alarms[0] ?? 0)).to.be.within(7100, 7200);
  });

  it('never reaches further than seven days, however often it is extended', async () => {
    await held('a');
    for (let times = 0; times < 3; times += 1) await shop.extend('a', 604_800);
    expect(await endsIn('a')).to.deep.equal({ minutes: '10080', together: 1 });
  });

  it('is extended in the batch that made it, each order by its own time', async () => {
    await Promise.all([
      shop.place('a', [{ goodsId: 7, quantity: 1 }]),
      shop.place('b', [{ goodsId: 7, quantity: 1 }]),
    ]);
    await Promise.all([
      shop.reserve('a'),
      shop.extend('a', 3600),
      shop.reserve('b'),
      shop.extend('b', 7200),
    ]);
    expect(await endsIn('a')).to.deep.equal({ minutes: '60', together: 1 });
    expect(await endsIn('b')).to.deep.equal({ minutes: '120', together: 1 });
  });

  it('reserves an expired hold again and does not revive it', async () => {
    await held('a');
    await shop.letTimePass('a');
    await shop.due('a');
    expect(await shop.extend('a', 600)).to.include({ change: 'changed', state: 'reserved' });
    expect(await readStockView(shop.database, 7)).to.include({ available: 0, held: 2 });
    const order = await readOrder(shop.database, 'a');
    expect(order?.history.at(-1)).to.include({ event: 'extend', from: 'expired', to: 'reserved' });
  });

  it('leaves an order expired whose goods others have taken meanwhile', async () => {
    await held('a');
    await shop.letTimePass('a');
    await shop.due('a');
    await held('b', 1);
    const outcome = await shop.extend('a', 600);
    expect(outcome).to.include({ change: 'refused', state: 'expired', code: 'sold-out' });
    expect(outcome.short).to.deep.equal([{ goodsId: 7, requested: 2, available: 1 }]);
    expect(await readStockView(shop.database, 7)).to.include({ available: 1, held: 1 });
  });

  it('is not ended by an alarm for the time it had before', async () => {
    await held('a');
    await shop.letTimePass('a');
    await Promise.all([shop.extend('a', 600), shop.due('a')]);
    expect((await readOrder(shop.database, 'a'))?.state).to.equal('reserved');
  });
});
