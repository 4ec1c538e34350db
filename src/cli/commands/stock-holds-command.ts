import { beforeField, goodsIdField, limitField } from '../../shapes/index.ts';
import { pageText, table, timeText } from '../format.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const stockHolds: Plan = {
  name: 'holds',
  takes: '<goodsId>',
  summary: 'Show which orders hold units of a goods id, newest first',
  options: [
    ['--limit <rows>', 'at most so many (default 50)'],
    ['--before <number>', 'go on where the page before ended'],
  ],
  examples: ['holdfast stock holds 7', 'holdfast stock holds 7 --limit 500 --json'],
  act: async (session, [goods], { limit = '50', before }) => {
    const { goodsId, ...page } = checkedGiven(
      { goodsId: goodsIdField, limit: limitField },
      { before: beforeField },
      { goodsId: numberIn(goods), limit: numberIn(limit), before: numberIn(before) },
    );
    const { holdsOfGoods } = await import('../../orders/index.ts');
    const found = await holdsOfGoods(await session.database(), goodsId, page);
    session.print(found, () =>
      pageText(
        table(
          ['order', 'quantity', 'placed', 'until'],
          found.holds.map((hold) => [
            hold.orderId,
            hold.quantity,
            timeText(hold.placedAt),
            timeText(hold.expiresAt),
          ]),
        ),
        found.next,
      ),
    );
  },
};
