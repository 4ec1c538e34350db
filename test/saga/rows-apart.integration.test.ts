import { expect } from 'chai';
import { present } from '../../src/kernel/index.ts';
import type { Sql } from '../../src/mysql/index.ts';
import { lockOrders, moveOrders } from '../../src/orders/index.ts';
import { readStock, writeBalances } from '../../src/stock/index.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

/** A server that reads a small table whole waits for every row on the way. */
describe('batches that want nothing of each other, in a small database', () => {
  let fixture: SagaFixture;
  beforeEach(async () => {
    fixture = await sagaFixture();
    for (const goodsId of [1, 2, 3]) {
      await fixture.restock(goodsId, 10);
      await fixture.place(`o-${goodsId}`, [{ goodsId, quantity: 1 }]);
    }
  });
  afterEach(async () => {
    await fixture.drop();
  });

  /** The later one is answered while the earlier one has not ended: 5 s of waiting would fail. */
  const bothAtOnce = async (
    earlier: (sql: Sql) => Promise<unknown>,
    later: (sql: Sql) => Promise<unknown>,
  ) => {
    const { database } = fixture;
    await database.transaction(async (sql) => {
      await earlier(sql);
      await database.transaction(later);
    });
  };

  it('write balances without waiting for each other', async () => {
    const write = (goodsId: number) => async (sql: Sql) => {
      const before = present((await readStock(sql, [goodsId])).get(goodsId), 'the row');
      await writeBalances(sql, [{ before, after: { ...before, version: before.version + 1 } }], 1n);
    };
    await bothAtOnce(write(3), write(1));
    await bothAtOnce(write(1), write(3));
    const versions = [...(await readStock(fixture.database, [1, 2, 3])).values()];
    expect(versions.map(({ version }) => version)).to.deep.equal([3, 1, 3]);
  });

  const rejected = {
    state: 'rejected',
    reason: 'sold-out',
    short: [{ goodsId: 1, requested: 1, available: 0 }],
  } as const;
  const reject = (orderIds: readonly string[]) => async (sql: Sql) => {
    const { now, orders } = await lockOrders(sql, orderIds);
    const changes = [...orders.values()].map(({ seq, order }) => ({
      seq,
      before: order,
      after: { ...order, ...rejected, version: order.version + 1 },
    }));
    await moveOrders(sql, changes, now);
  };

  it('reject orders without waiting for each other', async () => {
    await bothAtOnce(reject(['o-3']), reject(['o-1', 'o-2']));
  });
});
