import { expect } from 'chai';
import type { BuyerHold } from '../../src/orders/index.ts';
import { limitReached } from '../../src/saga/buyer-limits.ts';
import type { Rules } from '../../src/saga/decision.ts';
import { orderIn, viewWith } from '../support/decide-fixture.ts';

const hold = (orderId: string, quantity: number): BuyerHold => ({
  orderId,
  lines: [{ goodsId: 1, quantity }],
});

/** An order of 2 units of goods 1, of a buyer who holds these already. */
function asked(limits: Partial<Rules>, holds: readonly BuyerHold[], buyerId: string | null = 'b') {
  const rules: Rules = { latePayment: 'reserve-again', holdSeconds: 900, ...limits };
  const view = viewWith({ rules, holdsOf: (one) => (one === 'b' ? holds : []) });
  return limitReached(orderIn('placed', { buyerId }), view);
}

describe('the limits of a buyer', () => {
  it('are none where none is set, and for orders without a buyer', () => {
    expect(asked({}, [hold('x', 1000)])).to.equal(null);
    expect(asked({ maxHoldsPerBuyer: 1 }, [hold('x', 1)], null)).to.equal(null);
  });

  it('let the last hold and the last unit through, and not the next', () => {
    expect(asked({ maxHoldsPerBuyer: 2 }, [hold('x', 1)])).to.equal(null);
    expect(asked({ maxHoldsPerBuyer: 1 }, [hold('x', 1)])).to.include({ max: 1, held: 1 });
    expect(asked({ maxUnitsPerBuyer: 4 }, [hold('x', 2)])).to.equal(null);
    expect(asked({ maxUnitsPerBuyer: 3 }, [hold('x', 2)])).to.include({ goodsId: 1, held: 2 });
  });

  it('do not count what the order itself holds', () => {
    expect(asked({ maxHoldsPerBuyer: 1 }, [hold('o', 2)])).to.equal(null);
  });

  it('do not count units that were cancelled', () => {
    const cut = { orderId: 'x', lines: [{ goodsId: 1, quantity: 5, cancelled: 4 }] };
    expect(asked({ maxUnitsPerBuyer: 3 }, [cut])).to.equal(null);
  });
});
