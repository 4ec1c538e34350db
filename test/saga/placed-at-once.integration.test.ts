import { expect } from 'chai';
import type { OrderRequest } from '../../src/orders/index.ts';
import type { OrderOutcome } from '../../src/saga/index.ts';
import { expectBalanced } from '../support/books.ts';
import { FakeLocks } from '../support/fake-locks.ts';
import { type SagaFixture, sagaFixture, sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';

const PATIENCE_MS = 300;

describe('orders that are placed and decided at once', () => {
  let fixture: SagaFixture;
  let locks: FakeLocks;

  beforeEach(async () => {
    locks = new FakeLocks();
    fixture = await sagaFixture({ locks });
    await fixture.restock(1, 3);
    await fixture.restock(2, 100);
  });
  afterEach(async () => {
    expect(locks.held).to.equal(0);
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  const of = (orderId: string, ...goods: readonly number[]): OrderRequest => ({
    orderId,
    lines: goods.map((goodsId) => ({ goodsId, quantity: 1 })),
  });
  const send = async (order: OrderRequest, saga = fixture.saga) =>
    (await saga.advance({
      kind: 'placed',
      order,
      followedUp: true,
      reserveWithinMs: PATIENCE_MS,
      via: { cause: 'http', attempt: 1 },
    })) as OrderOutcome;
  const stateOf = async (orderId: string) => {
    const [row] = await fixture.database.rows<{ state: string }>(
      'SELECT state FROM orders WHERE order_id = ?',
      [orderId],
    );
    return row?.state;
  };

  it('cost one transaction, and get what is there in their order', async () => {
    const { batches } = fixture.saga.stats;
    const ids = ['d', 'c', 'b', 'a'];
    const outcomes = await Promise.all(ids.map((id) => send(of(id, 1, 2))));
    expect(outcomes.map(({ state }) => state)).to.deep.equal([
      'reserved',
      'reserved',
      'reserved',
      'rejected',
    ]);
    expect(outcomes[3]?.short).to.deep.equal([{ goodsId: 1, requested: 1, available: 0 }]);
    expect(fixture.saga.stats.batches - batches).to.equal(1);
  });

  it('are answered the same when they come again, beside each other or later', async () => {
    const twice = await Promise.all([send(of('a', 1)), send(of('a', 1))]);
    const again = await send(of('a', 1));
    for (const { state, expiresAt } of [...twice, again]) {
      expect([state, expiresAt]).to.deep.equal(['reserved', twice[0]?.expiresAt]);
    }
    const other = await send(of('a', 2));
    expect([other.change, other.code]).to.deep.equal(['refused', 'order-conflict']);
  });

  it('are one order when two processes get them in the same moment', async () => {
    const beside = sagaOver(fixture.database, { locks });
    const ids = Array.from({ length: 20 }, (_, index) => `o${index}`);
    const outcomes = await Promise.all(
      ids.flatMap((id) => [send(of(id, 2)), send(of(id, 2), beside.saga)]),
    );
    expect(new Set(outcomes.map(({ state }) => state))).to.deep.equal(new Set(['reserved']));
  });

  it('take the lock first when goods were sold out and have come back', async () => {
    await send({ orderId: 'a', lines: [{ goodsId: 1, quantity: 3 }] });
    const { lockRounds } = fixture.saga.stats;
    expect((await send(of('b', 1))).state).to.equal('rejected');
    expect(fixture.saga.stats.lockRounds, 'a rejection needs no lock').to.equal(lockRounds);
    await sagaOver(fixture.database).restock(1, 1);
    expect((await send(of('c', 1))).state).to.equal('reserved');
  });

  it('are placed alone, and soon, when somebody else has locked their goods', async () => {
    locks.busy.add('1');
    const started = performance.now();
    const [busy, free] = await Promise.all([send(of('a', 1)), send(of('b', 2))]);
    expect([busy.state, free.state]).to.deep.equal(['placed', 'reserved']);
    expect(performance.now() - started).to.be.below(PATIENCE_MS);
    expect(await stateOf('a')).to.equal('placed');
    locks.busy.clear();
    expect((await fixture.reserve('a')).state).to.equal('reserved');
  });

  it('are placed within their patience behind others that queue for the lock', async () => {
    await fixture.place('first', of('first', 1).lines);
    locks.busy.add('1');
    const queued = fixture.reserve('first');
    await until(() => locks.asks.some(({ how }) => how === 'wait'), 5000, 'it queues');
    const started = performance.now();
    expect((await send(of('a', 1))).state).to.equal('placed');
    expect(performance.now() - started).to.be.within(PATIENCE_MS - 5, PATIENCE_MS + 700);
    expect(await stateOf('a')).to.equal('placed');
    locks.busy.clear();
    expect((await queued).state).to.equal('reserved');
    expect((await fixture.reserve('a')).state).to.equal('reserved');
  });

  it('meet what came before them: a cancel, a payment', async () => {
    await fixture.cancel('a');
    await fixture.pay({ orderId: 'b', paymentId: 'p' });
    expect((await send(of('a', 1))).state).to.equal('cancelled');
    expect((await send(of('b', 1))).state).to.equal('paid');
  });
});
