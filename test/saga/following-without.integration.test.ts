import { expect } from 'chai';
import { FakeLocks } from '../support/fake-locks.ts';
import { expectBalanced } from '../support/books.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';

describe('a batch that follows one which had to leave goods to others', () => {
  let fixture: SagaFixture;
  let locks: FakeLocks;
  beforeEach(async () => {
    locks = new FakeLocks();
    fixture = await sagaFixture({ locks, batching: { followFrom: 1 } });
    for (const goodsId of [1, 2]) await fixture.restock(goodsId, 10);
  });
  afterEach(async () => {
    await expectBalanced(fixture.database);
    await fixture.drop();
  });

  it('does not take those for goods that nobody knows', async () => {
    const placed = (orderId: string, goodsId: number) =>
      fixture.saga.advance({
        kind: 'placed',
        order: { orderId, lines: [{ goodsId, quantity: 1 }] },
        via: { cause: 'cli', attempt: 1 },
        reserveWithinMs: 60_000,
      });
    locks.busy.add('2');
    const first = [placed('a', 1), placed('b', 2)];
    let later: Promise<unknown> | undefined;
    const tryLock = locks.tryLock.bind(locks);
    locks.tryLock = async (names, options) => {
      // The first batch goes on without goods 2; what comes now waits until it may follow.
      if (names.length === 1) later ??= placed('c', 2);
      return await tryLock(names, options);
    };
    await first[0];
    locks.busy.clear();
    const outcomes = await Promise.all([...first, later]);
    const states = outcomes.map((outcome) => (outcome as { state: string }).state);
    expect(states).not.to.include('rejected');
  });
});
