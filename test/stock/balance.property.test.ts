import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Balance,
  emptyBalance,
  imbalanceOf,
  type MovementKind,
  moved,
} from '../../src/stock/index.ts';

const KINDS: readonly MovementKind[] = ['restock', 'reserve', 'release', 'settle', 'return'];
const moves = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    quantity: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: -5, max: 1_000_000 })),
  }),
  { maxLength: 60 },
);

const tried = (balance: Balance, kind: MovementKind, quantity: number): Balance | null => {
  try {
    return moved(balance, kind, quantity);
  } catch (error) {
    expect((error as Error).name).to.equal('AssertionError');
    return null;
  }
};

describe('the balance of one goods id', () => {
  it('always adds up and is never below zero, whatever is asked of it', () => {
    fc.assert(
      fc.property(moves, (list) => {
        let balance = moved(emptyBalance(1), 'restock', 100);
        for (const { kind, quantity } of list) {
          const next = tried(balance, kind, quantity);
          if (!next) continue;
          expect(imbalanceOf(next)).to.equal(null);
          expect(next.version).to.equal(balance.version + 1);
          expect(next.received - balance.received).to.equal(kind === 'restock' ? quantity : 0);
          balance = next;
        }
      }),
    );
  });

  it('refuses exactly what is not there', () => {
    const count = fc.integer({ min: 0, max: 50 });
    const quantity = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(count, count, count, quantity, (available, held, sold, asked) => {
        const received = available + held + sold;
        const balance = { ...emptyBalance(1), available, held, sold, received };
        const takesFrom = { reserve: available, release: held, settle: held, return: sold };
        for (const [kind, there] of Object.entries(takesFrom)) {
          const next = tried(balance, kind as MovementKind, asked);
          expect(next !== null, `${kind} ${asked} of ${there}`).to.equal(asked <= there);
        }
        expect(tried(balance, 'restock', -asked) !== null).to.equal(asked <= available);
      }),
    );
  });

  it('takes back what it gave', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), (quantity) => {
        const full = moved(emptyBalance(1), 'restock', 100);
        const back = moved(moved(full, 'reserve', quantity), 'release', quantity);
        expect({ ...back, version: 0 }).to.deep.equal({ ...full, version: 0 });
        const held = moved(full, 'reserve', quantity);
        const returned = moved(moved(held, 'settle', quantity), 'return', quantity);
        expect({ ...returned, version: 0 }).to.deep.equal({ ...full, version: 0 });
      }),
    );
  });

  for (const quantity of [0, 0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    it(`never moves ${quantity} units`, () => {
      const full = moved(emptyBalance(1), 'restock', 100);
      expect(tried(full, 'reserve', quantity)).to.equal(null);
      if (quantity !== -1) expect(tried(full, 'restock', quantity)).to.equal(null);
    });
  }
});
