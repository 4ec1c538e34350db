import { emptyBalance, type Keeping } from '../stock/index.ts';
import type { Decision, View } from './decision.ts';
import type { StockKeepEvent } from './event.ts';
import { answer, refused } from './stock-answers.ts';

/** An operator says how goods are kept. No unit moves, so nothing can come out of balance. */
export function decideKeeping(event: StockKeepEvent, view: View): Decision {
  const { goodsId, actor, reason } = event;
  const balance = view.balanceOf(goodsId) ?? emptyBalance(goodsId);
  const was = balance.keeping;
  const { safety = was.safety, thresholds = was.thresholds } = event;
  const isSame =
    safety === was.safety &&
    thresholds?.lowAt === was.thresholds?.lowAt &&
    thresholds?.backAt === was.thresholds?.backAt;
  if (isSame) return answer('unchanged', balance);
  if (thresholds && thresholds.backAt <= thresholds.lowAt) {
    const { lowAt, backAt } = thresholds;
    const message = `goods ${goodsId}: back at ${backAt} is not above low at ${lowAt}`;
    return refused('thresholds-crossed', message, balance);
  }
  const keeping: Keeping = { ...was, safety, thresholds, number: was.number + 1 };
  return {
    ...answer('changed', { ...balance, keeping }),
    kept: { goodsId, keeping, actor, reason },
  };
}
