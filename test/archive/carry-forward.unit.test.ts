import { expect } from 'chai';
import { ageIn, cutoffOf } from '../../src/archive/index.ts';
import { carriedOver, type OldMovement } from '../../src/archive/carry-forward.ts';
import { emptyBalance } from '../../src/stock/index.ts';

const DAY_MS = 86_400_000;
const nothing = { balance: emptyBalance(7), returned: 0 };
const LEDGER = [
  ['restock', 10, '3'],
  ['reserve', 4, '9'],
  ['settle', 4, '12'],
  ['return', 4, null],
  ['reserve', 1, '13'],
] as const;
const rows = LEDGER.map(
  ([kind, quantity, fence], index): OldMovement => ({
    version: index + 1,
    kind,
    quantity,
    fence,
    isOld: 1,
    isThrough: 1,
  }),
);
const changed = (at: number, change: Partial<OldMovement>) =>
  rows.map((row, index) => (index === at ? { ...row, ...change } : row));

describe('what a ledger is carried forward with', () => {
  it('is what its movements sum to', () => {
    const { opening, taken } = carriedOver(nothing, rows);
    expect(taken).to.have.length(5);
    expect(opening.returned).to.equal(4);
    expect(opening.balance).to.deep.equal({
      goodsId: 7,
      available: 9,
      held: 1,
      sold: 0,
      received: 10,
      version: 5,
      fence: 13n,
      keeping: emptyBalance(7).keeping,
    });
  });

  it('is the same whether it goes at once or in parts', () => {
    const first = carriedOver(nothing, rows.slice(0, 2)).opening;
    expect(carriedOver(first, rows.slice(2)).opening).to.deep.equal(
      carriedOver(nothing, rows).opening,
    );
  });

  it('ends before what is young, not through, or leaves a gap', () => {
    for (const change of [{ isOld: 0 }, { isThrough: 0 }, { version: 9 }]) {
      const { opening, taken } = carriedOver(nothing, changed(2, change));
      expect([taken.length, opening.balance.version], JSON.stringify(change)).to.eql([2, 2]);
    }
  });

  it('is refused for movements that do not add up', () => {
    expect(() => carriedOver(nothing, changed(2, { quantity: 5 }))).to.throw('goods 7');
  });
});

describe('the time before which things are old', () => {
  it('is an age or a moment, a day ago at least', () => {
    const now = 100 * DAY_MS;
    expect(cutoffOf(ageIn('90d'), now)).to.equal(10 * DAY_MS);
    expect(cutoffOf(ageIn('1d'), now)).to.equal(99 * DAY_MS);
    expect(cutoffOf(ageIn('1970-04-10'), now)).to.equal(99 * DAY_MS);
    expect(cutoffOf(ageIn('1970-04-10T02:00:00+02:00'), now)).to.equal(99 * DAY_MS);
    expect(() => cutoffOf(ageIn('1970-04-10T00:00:00.001Z'), now)).to.throw('less than a day ago');
    for (const text of [undefined, '', '-1d', '1.5d', '90', 'yesterday', '1970-04-10T00:00:00']) {
      expect(() => ageIn(text), String(text)).to.throw('before is');
    }
  });
});
