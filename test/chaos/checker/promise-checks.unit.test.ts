import { expect } from 'chai';
import { attemptsOf, ChaosHistory } from '../chaos-history.ts';
import { checkAnswers } from './answer-checks.ts';
import { brokenIn, call, keptEvidence, where, withAttempts, withRows } from './kept-evidence.ts';
import { checkLiveness } from './liveness-checks.ts';
import { checkMoney } from './money-checks.ts';
import { checkOrderOfTime } from './order-of-time-checks.ts';
import { checkPaths } from './path-checks.ts';
import { checkReads } from './read-checks.ts';
import { checkSecrets } from './secret-checks.ts';
import type { Evidence } from './verdict.ts';

const also = (...more: Parameters<typeof call>): Evidence =>
  withAttempts((all) => [...all, call(...more)]);

describe('the checks of promises after a storm', () => {
  it('find nothing where every promise was kept', () => {
    const checks = [checkAnswers, checkMoney, checkPaths, checkOrderOfTime, checkLiveness];
    for (const check of [...checks, checkReads]) {
      expect(check(keptEvidence())).to.deep.equal([]);
    }
  });

  it('notice a log that tells a secret, or who somebody is (S22)', () => {
    const secrets = [/token-1/, /\bbuyer-\d/];
    const logs = ['an order of buyer- was placed', 'went with token-1', 'for buyer-7', ''];
    const found = checkSecrets(logs.join('\n'), secrets);
    expect(found.map(({ id }) => id)).to.deep.equal(['S22', 'S22']);
    expect(found[1]?.what).to.include('for buyer-7');
  });

  it('notice an order that was acknowledged and is gone (S8)', () => {
    const gone = withRows('orders', (rows) => rows.slice(1));
    expect(brokenIn(checkAnswers, gone)).to.deep.equal(['S8']);
    const stub = withRows(
      'orders',
      where(({ seq }) => seq === 2, { state: 'awaited' }),
    );
    expect(brokenIn(checkAnswers, stub)).to.deep.equal(['S8']);
  });

  it('notice a state that was told and never was (S8)', () => {
    const a = { lines: [{ goodsId: 1, quantity: 2 }], buyerId: 'ann', amount: 500 };
    const told = (state: string) => also('order.place', 'paid', { a, r: { state } });
    expect(brokenIn(checkAnswers, told('rejected'))).to.deep.equal(['S8']);
    expect(brokenIn(checkAnswers, told('reserved'))).to.deep.equal([]);
  });

  it('notice a payment that was acknowledged and is gone, or told otherwise (S8)', () => {
    const gone = withRows('payments', (rows) => rows.slice(1));
    expect(brokenIn(checkAnswers, gone)).to.deep.equal(['S8']);
    const r = { payment: { state: 'refund-due' } };
    const told = also('order.pay', 'pay', { a: { orderId: 'paid', amount: 500 }, r });
    expect(brokenIn(checkAnswers, told)).to.deep.equal(['S8']);
  });

  it('notice a cancel that was acknowledged and forgotten (S8)', () => {
    const forgotten = also('order.cancel', 'paid', { r: { state: 'awaited' } });
    expect(brokenIn(checkAnswers, forgotten)).to.deep.equal(['S8']);
    expect(brokenIn(checkAnswers, also('order.cancel', 'nobody'))).to.deep.equal(['S8']);
  });

  it('notice a change of stock that was acknowledged and is otherwise (S8, S11)', () => {
    const other = withRows(
      'adjustments',
      where(() => true, { delta: 9 }),
    );
    expect(brokenIn(checkAnswers, other)).to.deep.equal(['S8']);
    const twice = withRows('adjustments', (rows) => [...rows, ...rows]);
    expect(brokenIn(checkAnswers, twice)).to.include('S11');
    const set = (available: number, version: number) =>
      also('stock.set', 'count', { a: { goodsId: 1, available }, r: { available, version } });
    expect(brokenIn(checkAnswers, set(8, 3))).to.deep.equal([]);
    expect(brokenIn(checkAnswers, set(7, 3))).to.deep.equal(['S8']);
    expect(brokenIn(checkAnswers, set(8, 6))).to.deep.equal(['S8']);
  });

  it('notice what was refused and done all the same (S9)', () => {
    const refused = (f: 'stock.adjust' | 'order.place', key: string) =>
      withAttempts(() => [call(f, key, { ty: 'fail', e: '409' })]);
    expect(brokenIn(checkAnswers, refused('stock.adjust', 'in'))).to.deep.equal(['S9']);
    expect(brokenIn(checkAnswers, refused('order.place', 'paid'))).to.deep.equal(['S9']);
    const taken = withAttempts(() => [call('poison', 'x')]);
    expect(brokenIn(checkAnswers, taken)).to.deep.equal(['S9']);
  });

  it('take a refusal after an unknown answer for what it is: unknown (S10)', () => {
    const unknown = withAttempts(() => [
      call('stock.adjust', 'in', { ty: 'info' }),
      call('stock.adjust', 'in', { ty: 'fail' }),
    ]);
    expect(brokenIn(checkAnswers, unknown)).to.deep.equal([]);
    const { dump } = withRows('adjustments', (rows) => [...rows, ...rows]);
    expect(brokenIn(checkAnswers, { ...unknown, dump })).to.deep.equal(['S10']);
  });

  it('notice an answer for other content than was asked (S20)', () => {
    const a = { lines: [{ goodsId: 1, quantity: 3 }], buyerId: 'ann', amount: 500 };
    expect(brokenIn(checkAnswers, also('order.place', 'paid', { a }))).to.deep.equal(['S20']);
    const amount = { a: { orderId: 'paid', amount: 501 } };
    expect(brokenIn(checkAnswers, also('order.pay', 'pay', amount))).to.deep.equal(['S20']);
  });

  it('notice a read that misses what was acknowledged, or sees what never was (S10)', () => {
    const missed = also('order.read', 'paid', { ty: 'fail', e: '404', began: 5, ended: 6 });
    expect(brokenIn(checkReads, missed)).to.deep.equal(['S10']);
    const before = also('order.read', 'paid', { ty: 'fail', e: '404', began: 2.5, ended: 6 });
    expect(brokenIn(checkReads, before)).to.deep.equal([]);
    const never = also('order.read', 'paid', { r: { state: 'cancelled' } });
    expect(brokenIn(checkReads, never)).to.deep.equal(['S10']);
  });

  it('notice money that was taken twice, kept, or taken for the wrong price (S12)', () => {
    const twice = withRows(
      'payments',
      where(({ paymentId }) => paymentId === 'more', { state: 'applied', reason: null }),
    );
    expect(brokenIn(checkMoney, twice)).to.deep.equal(['S12']);
    const early = withRows(
      'payments',
      where(({ paymentId }) => paymentId === 'more', { state: 'early' }),
    );
    expect(brokenIn(checkMoney, early)).to.deep.equal(['S12']);
    const price = withRows(
      'payments',
      where(({ paymentId }) => paymentId === 'pay', { amount: 1 }),
    );
    expect(brokenIn(checkMoney, price)).to.deep.equal(['S12']);
    const stray = withRows(
      'payments',
      where(({ paymentId }) => paymentId === 'more', { seq: 77 }),
    );
    expect(brokenIn(checkMoney, stray)).to.deep.equal(['S12']);
  });

  it('notice a step that the states do not know, and one that is missing (S15)', () => {
    const illegal = withRows(
      'steps',
      where(({ to }) => to === 'expired', { from: 'paid' }),
    );
    expect(brokenIn(checkPaths, illegal)).to.deep.equal(['S15']);
    const missing = withRows('steps', (rows) => rows.slice(0, 5));
    expect(brokenIn(checkPaths, missing)).to.deep.equal(['S15']);
    const unpaid = withRows(
      'orders',
      where(({ seq }) => seq === 2, { state: 'reserved' }),
    );
    expect(brokenIn(checkPaths, unpaid)).to.deep.equal(['S15']);
  });

  it('notice what ended first and stands later, and a read of what never was (S17)', () => {
    const early = also('stock.read', '1', {
      began: 8,
      ended: 9,
      r: { version: 3, available: 8, held: 0, sold: 2 },
    });
    expect(brokenIn(checkOrderOfTime, early)).to.deep.equal(['S17']);
    const future = withAttempts((all) =>
      all.map((one) => (one.key === 'late' ? { ...one, began: 0.1, ended: 0.2 } : one)),
    );
    expect(brokenIn(checkOrderOfTime, future)).to.deep.equal(['S17']);
    const never = also('stock.read', '1', {
      began: 10,
      ended: 11,
      r: { version: 5, available: 9, held: 0, sold: 1 },
    });
    expect(brokenIn(checkOrderOfTime, never)).to.deep.equal(['S17']);
  });

  it('notice what hangs, who waits, and dead letters nobody asked for (S14)', () => {
    expect(brokenIn(checkLiveness, { ...keptEvidence(), unanswered: 1 })).to.deep.equal(['S14']);
    const placed = withRows(
      'orders',
      where(({ seq }) => seq === 2, { state: 'placed' }),
    );
    expect(brokenIn(checkLiveness, placed)).to.deep.equal(['S14']);
    const held = withRows(
      'orders',
      where(({ seq }) => seq === 2, { state: 'reserved', isDue: 1 }),
    );
    expect(brokenIn(checkLiveness, held)).to.deep.equal(['S14']);
    const letter = { source: 'q', message: '', orderId: null, times: 1 };
    const dead = (code: string) => withRows('deadLetters', () => [{ ...letter, code }]);
    expect(brokenIn(checkLiveness, dead('event-impossible'))).to.deep.equal(['S14']);
    expect(brokenIn(checkLiveness, dead('invalid-input'))).to.deep.equal([]);
  });

  it('notice a process that died in silence (S23)', () => {
    const events = [{ t: 1, ty: 'exit', e: 'worker-0 ended with 1' }] as const;
    expect(brokenIn(checkLiveness, { ...keptEvidence(), events })).to.deep.equal(['S23']);
  });
});

describe('the history of a storm', () => {
  it('takes a call without an answer for unknown', () => {
    const history = new ChaosHistory();
    history.call('order.place', 'a', 'http').ok({ state: 'placed' });
    history.call('order.place', 'b', 'queue');
    history.call('order.place', 'c', 'http').info('timeout');
    const found = attemptsOf(history.events).map(({ key, ty, ended }) => [key, ty, ended < 1e12]);
    expect(found).to.deep.equal([
      ['a', 'ok', true],
      ['c', 'info', false],
      ['b', 'info', false],
    ]);
  });
});
