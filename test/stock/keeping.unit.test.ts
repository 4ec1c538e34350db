import { expect } from 'chai';
import {
  type Balance,
  emptyBalance,
  forSaleOf,
  moved,
  sided,
  sideOf,
} from '../../src/stock/index.ts';

const LINES = { lowAt: 3, backAt: 6 };

function withAvailable(available: number, keeping: Partial<Balance['keeping']> = {}): Balance {
  const empty = emptyBalance(7);
  const balance = { ...empty, available, received: available, version: 1 };
  const kept = { ...balance, keeping: { ...empty.keeping, ...keeping } };
  return sided(kept, kept);
}

/** The sides that goods come to, as their units come and go. */
function sidesOf(levels: readonly number[], thresholds: typeof LINES | null, safety = 0): string[] {
  let balance = withAvailable(levels[0] ?? 0, { thresholds, safety });
  return levels.map((level) => {
    const delta = level - balance.available;
    balance = delta === 0 ? balance : sided(balance, moved(balance, 'restock', delta));
    return sideOf(balance);
  });
}

describe('how the stock of goods is kept', () => {
  it('leaves for orders what is available beyond the safety stock, never less than none', () => {
    expect(forSaleOf(withAvailable(10, { safety: 4 }))).to.equal(6);
    expect(forSaleOf(withAvailable(3, { safety: 4 }))).to.equal(0);
  });

  it('is out or not, where there are no thresholds', () => {
    expect(sidesOf([2, 1, 0, 1, 0], null)).to.deep.equal(['fine', 'fine', 'out', 'fine', 'out']);
  });

  it('stays low or out until there are enough again', () => {
    const levels = [7, 4, 3, 4, 5, 6, 4, 0, 5, 3, 0, 6, 5];
    const sides = 'fine fine low low low fine fine out out out out fine fine'.split(' ');
    expect(sidesOf(levels, LINES)).to.deep.equal(sides);
  });

  it('counts what is for sale, not what is there', () => {
    expect(sidesOf([9, 6, 5, 8, 2], LINES, 2)).to.deep.equal([
      'fine',
      'fine',
      'low',
      'fine',
      'out',
    ]);
  });

  it('says nothing of goods that have never been there', () => {
    const never = {
      ...emptyBalance(7),
      keeping: { ...emptyBalance(7).keeping, thresholds: LINES },
    };
    expect(sideOf(sided(never, never))).to.equal('fine');
  });

  it('leaves the sides of goods where they are when their lines go away', () => {
    const low = sided(
      withAvailable(7, { thresholds: LINES }),
      withAvailable(2, { thresholds: LINES }),
    );
    expect(sideOf(low)).to.equal('low');
    const bare = { ...low, keeping: { ...low.keeping, thresholds: null } };
    expect(sideOf(sided(low, bare))).to.equal('fine');
  });
});
