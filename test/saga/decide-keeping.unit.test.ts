import { expect } from 'chai';
import { decide } from '../../src/saga/decide.ts';
import type { SagaEvent } from '../../src/saga/index.ts';
import type { Balance } from '../../src/stock/index.ts';
import { balanceOf, inBrief, orderIn, viewWith } from '../support/decide-fixture.ts';

const via = { cause: 'cli', attempt: 1 } as const;
const keep = (change: Pick<SagaEvent & { kind: 'stock-keep' }, 'safety' | 'thresholds'>) =>
  ({ kind: 'stock-keep', goodsId: 1, ...change, actor: 'ann', reason: 'season', via }) as const;

function kept(available: number, safety: number, held = 0): Balance {
  const balance = balanceOf(1, available, held);
  return { ...balance, keeping: { ...balance.keeping, safety } };
}

describe('a change of how stock is kept', () => {
  it('moves no unit, and says who made it and why', () => {
    const view = viewWith({ balances: [kept(10, 0, 3)] });
    const decision = decide(keep({ safety: 50 }), view);
    expect(decision.moves).to.equal(undefined);
    expect(decision.outcome).to.nested.include({ change: 'changed', 'balance.available': 10 });
    expect(decision.kept).to.deep.include({ goodsId: 1, actor: 'ann', reason: 'season' });
    expect(decision.kept?.keeping).to.include({ safety: 50, number: 1 });
  });

  it('changes nothing when it says what is so already', () => {
    expect(inBrief(decide(keep({ safety: 4 }), viewWith({ balances: [kept(10, 4)] })))).to.equal(
      'unchanged 10',
    );
    const none = decide(keep({ thresholds: null }), viewWith({ balances: [kept(10, 4)] }));
    expect(inBrief(none)).to.equal('unchanged 10');
  });

  it('leaves what it does not name as it is', () => {
    const view = viewWith({ balances: [kept(10, 4)] });
    const decision = decide(keep({ thresholds: { lowAt: 1, backAt: 2 } }), view);
    expect(decision.kept?.keeping.safety).to.equal(4);
  });

  it('is refused when goods would be back before they are low', () => {
    for (const thresholds of [
      { lowAt: 3, backAt: 3 },
      { lowAt: 3, backAt: 2 },
    ]) {
      const said = inBrief(decide(keep({ thresholds }), viewWith()));
      expect(said).to.equal('refused 10 thresholds-crossed');
    }
  });
});

describe('the safety stock', () => {
  const reserve = { kind: 'reserve', orderId: 'o', via } as const;
  const placed = orderIn('placed', { lines: [{ goodsId: 1, quantity: 2 }] });

  it('is not reserved, to the unit', () => {
    const enough = viewWith({ order: placed, balances: [kept(6, 4)] });
    expect(inBrief(decide(reserve, enough))).to.equal('changed reserved; reserve');
    const short = decide(reserve, viewWith({ order: placed, balances: [kept(5, 4)] }));
    expect(short.outcome).to.deep.include({
      state: 'rejected',
      reason: 'sold-out',
      short: [{ goodsId: 1, requested: 2, available: 1 }],
    });
    const none = decide(reserve, viewWith({ order: placed, balances: [kept(5, 9)] }));
    expect(none.outcome).to.nested.include({ 'short[0].available': 0 });
  });

  it('is not given to a late payment or a hold that is made anew', () => {
    const order = orderIn('expired', { lines: [{ goodsId: 1, quantity: 2 }] });
    const view = viewWith({ order, balances: [kept(5, 4)] });
    const payment = { kind: 'payment', payment: { orderId: 'o', paymentId: 'p' }, via } as const;
    expect(inBrief(decide(payment, view))).to.equal('changed expired; refund-due sold-out');
    const extend = { kind: 'extend', orderId: 'o', seconds: 60, via } as const;
    expect(inBrief(decide(extend, view))).to.equal('refused expired sold-out');
  });

  it('does not keep what is held from being paid', () => {
    const order = orderIn('reserved', { lines: [{ goodsId: 1, quantity: 2 }] });
    const view = viewWith({ order, balances: [kept(0, 4, 2)] });
    const payment = { kind: 'payment', payment: { orderId: 'o', paymentId: 'p' }, via } as const;
    expect(inBrief(decide(payment, view))).to.equal('changed paid; settle; applied');
  });
});
