import { expect } from 'chai';
import { checkBalances } from './balance-checks.ts';
import { judge } from './every-check.ts';
import { checkHolds } from './hold-checks.ts';
import { brokenIn, call, keptEvidence, where, withAttempts, withRows } from './kept-evidence.ts';
import { checkLedger } from './ledger-checks.ts';
import { checkOnce } from './once-checks.ts';
import { checkOversell } from './oversell-checks.ts';

describe('the checks of goods after a storm', () => {
  it('find nothing where every promise was kept', () => {
    for (const check of [checkBalances, checkLedger, checkHolds, checkOnce, checkOversell]) {
      expect(check(keptEvidence())).to.deep.equal([]);
    }
  });

  it('are all asked, and with the history of the storm', () => {
    const { events, dump } = keptEvidence();
    // Nobody is known to have brought anything in.
    expect(judge(events, dump, 0).map(({ id }) => id)).to.deep.equal(['S7']);
    expect(judge(events, dump, 2).map(({ id }) => id)).to.deep.equal(['S7', 'S14']);
  });

  it('notice a unit that came from nowhere (S1)', () => {
    const more = withRows(
      'stock',
      where(() => true, { available: 9, received: 11 }),
    );
    expect(brokenIn(checkBalances, more)).to.deep.equal(['S1']);
  });

  it('notice books that were wrong for a moment only (S1)', () => {
    const events = [{ t: 1, ty: 'snapshot', wrong: ['a balance'] }] as const;
    expect(brokenIn(checkBalances, { ...keptEvidence(), events })).to.deep.equal(['S1']);
  });

  it('notice less than nothing (S2)', () => {
    const less = withRows(
      'stock',
      where(() => true, { available: -1, held: 9 }),
    );
    expect(brokenIn(checkBalances, less)).to.include('S2');
  });

  it('notice held and sold units that no order explains (S3, S4)', () => {
    const held = withRows(
      'orders',
      where(({ seq }) => seq === 2, { state: 'reserved' }),
    );
    expect(brokenIn(checkBalances, held)).to.deep.equal(['S3']);
    const sold = withRows(
      'orders',
      where(({ seq }) => seq === 1, { state: 'expired' }),
    );
    expect(brokenIn(checkBalances, sold)).to.deep.equal(['S4']);
  });

  it('notice a ledger that gives another balance, or falls below nothing (S5)', () => {
    const other = withRows(
      'movements',
      where(({ version }) => version === 4, { quantity: 2 }),
    );
    expect(brokenIn(checkLedger, other)).to.deep.equal(['S5']);
    const below = withRows(
      'movements',
      where(({ version }) => version === 2, { quantity: 20 }),
    );
    expect(brokenIn(checkLedger, below)).to.include('S5');
  });

  it('notice a version that was skipped or lost (S16)', () => {
    const gap = withRows(
      'movements',
      where(({ version }) => version === 5, { version: 6 }),
    );
    expect(brokenIn(checkLedger, gap)).to.include('S16');
    const lost = withRows('movements', (rows) => rows.slice(0, 4));
    expect(brokenIn(checkLedger, lost)).to.include('S16');
  });

  it('notice a lock number that fell (S18)', () => {
    const fallen = withRows(
      'movements',
      where(({ version }) => version === 4, { fence: 2 }),
    );
    expect(brokenIn(checkLedger, fallen)).to.deep.equal(['S18']);
    const forgotten = withRows(
      'stock',
      where(() => true, { fence: 1 }),
    );
    expect(brokenIn(checkLedger, forgotten)).to.deep.equal(['S18']);
  });

  it('notice a hold that ended twice, otherwise or not at all (S6)', () => {
    const twice = withRows('movements', (rows) => [...rows, ...rows.slice(4)]);
    expect(brokenIn(checkHolds, twice)).to.deep.equal(['S6']);
    const settled = withRows(
      'movements',
      where(({ version }) => version === 5, { kind: 'settle' }),
    );
    expect(brokenIn(checkHolds, settled)).to.deep.equal(['S6']);
    const open = withRows('movements', (rows) => rows.slice(0, 4));
    expect(brokenIn(checkHolds, open)).to.deep.equal(['S6']);
    const other = withRows(
      'movements',
      where(({ version }) => version === 5, { quantity: 3 }),
    );
    expect(brokenIn(checkHolds, other)).to.deep.equal(['S6']);
  });

  it('notice goods released before their time, unless somebody cancelled (S13)', () => {
    const early = withRows(
      'movements',
      where(({ version }) => version === 5, { at: 5_000_000 }),
    );
    expect(brokenIn(checkHolds, early)).to.deep.equal(['S13']);
    const { dump } = early;
    const steps = where<(typeof dump.steps)[number]>(({ seq, step }) => seq === 2 && step === 3, {
      event: 'cancel',
      at: 5_000_000,
    })(dump.steps);
    expect(brokenIn(checkHolds, { ...early, dump: { ...dump, steps } })).to.deep.equal([]);
  });

  it('notice an effect that stands there twice, or has no cause (S11)', () => {
    const twice = withRows('payments', (rows) => [...rows, ...rows]);
    expect(brokenIn(checkOnce, twice)).to.deep.equal(['S11']);
    expect(
      brokenIn(
        checkOnce,
        withRows('adjustments', () => []),
      ),
    ).to.deep.equal(['S11']);
    const nothing = withRows(
      'adjustments',
      where(() => true, { version: 3 }),
    );
    expect(brokenIn(checkOnce, nothing)).to.deep.equal(['S11']);
    const stray = withRows('lines', (rows) => [...rows, { seq: 9, goodsId: 1, quantity: 1 }]);
    expect(brokenIn(checkOnce, stray)).to.deep.equal(['S11']);
  });

  it('notice more sold than ever came in, whatever the balances say (S7)', () => {
    const few = withAttempts((all) =>
      all.map((one) => (one.key === 'in' ? { ...one, a: { goodsId: 1, delta: 1 } } : one)),
    );
    expect(brokenIn(checkOversell, few)).to.deep.equal(['S7']);
    const unknown = withAttempts(([, ...rest]) => [
      call('stock.adjust', 'in', { a: { goodsId: 1, delta: 2 }, ty: 'info' }),
      call('stock.adjust', 'out', { a: { goodsId: 1, delta: -2 }, ty: 'info' }),
      ...rest,
    ]);
    expect(brokenIn(checkOversell, unknown)).to.deep.equal([]);
    const refused = withAttempts(([first, ...rest]) => [
      ...(first ? [{ ...first, ty: 'fail' as const }] : []),
      ...rest,
    ]);
    expect(brokenIn(checkOversell, refused)).to.deep.equal(['S7']);
  });
});
