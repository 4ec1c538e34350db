import { expect } from 'chai';
import { type Database, openDatabase } from '../../src/mysql/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { expectBalanced } from '../support/books.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { type SagaDoors, sagaOver } from '../support/saga-fixture.ts';

describe('a COMMIT whose answer was lost', () => {
  let fresh: FreshDatabase;
  let proxy: CutProxy;
  let database: Database;
  let saga: SagaDoors;
  before(async () => {
    fresh = await freshDatabase();
    const url = new URL(fresh.url);
    proxy = new CutProxy(Number(url.port));
    url.port = String(await proxy.listen());
    database = openDatabase({ url: url.href, logger: silentLogger });
    saga = sagaOver(database);
    await saga.restock(1, 10);
  });
  after(async () => {
    await database.close();
    await proxy.close();
    await expectBalanced(fresh.database);
    await fresh.drop();
  });

  const cutting = async <T>(work: () => Promise<T>): Promise<T> => {
    const { cuts } = proxy;
    proxy.mode = 'swallow-commit';
    const answer = await work();
    expect(proxy.cuts, 'the answer was swallowed').to.equal(cuts + 1);
    return answer;
  };
  const ledger = () => fresh.database.rows('SELECT kind, quantity FROM movements ORDER BY version');

  it('gives the same answer, and every effect once', async () => {
    const lines = [{ goodsId: 1, quantity: 2 }];
    const placed = await cutting(() => saga.place('o', lines));
    expect(placed).to.include({ state: 'placed' });
    const reserved = await cutting(() => saga.reserve('o'));
    expect(reserved).to.include({ state: 'reserved' });
    expect(reserved.expiresAt).to.be.a('string');
    const paid = await cutting(() => saga.pay({ orderId: 'o', paymentId: 'p' }));
    expect(paid).to.include({ state: 'paid' });
    expect(await ledger()).to.deep.equal([
      { kind: 'restock', quantity: 10 },
      { kind: 'reserve', quantity: 2 },
      { kind: 'settle', quantity: 2 },
    ]);
  });

  it('counts goods that arrived once', async () => {
    const { balance } = await cutting(() => saga.restock(2, 7));
    expect(balance).to.include({ available: 7, received: 7, version: 1 });
  });

  it('cancels once', async () => {
    await saga.place('c', [{ goodsId: 1, quantity: 1 }]);
    await saga.reserve('c');
    expect(await cutting(() => saga.cancel('c'))).to.include({ state: 'cancelled' });
    expect((await ledger()).slice(-2)).to.deep.equal([
      { kind: 'reserve', quantity: 1 },
      { kind: 'release', quantity: 1 },
    ]);
  });
});
