import fc from 'fast-check';
import type { SagaEvent } from '../../src/saga/index.ts';

/** Any change of how goods are kept, lines that cross among them. */
export function keepEvent(goodsId: fc.Arbitrary<number>): fc.Arbitrary<SagaEvent> {
  const thresholds = fc.option(fc.record({ lowAt: fc.nat(3), backAt: fc.nat(5) }));
  const change = fc.record({ safety: fc.nat(3), thresholds }, { requiredKeys: [] });
  return fc.tuple(goodsId, change).map(([id, changed]) => ({
    kind: 'stock-keep',
    goodsId: id,
    ...changed,
    actor: 'ann',
    reason: 'season',
    via: { cause: 'http', attempt: 1 },
  }));
}
