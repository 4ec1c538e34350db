import { beforeField, goodsIdField, limitField } from '../../shapes/index.ts';
import { pageText, table, timeText } from '../format.ts';
import { checkedGiven, numberIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const stockMovements: Plan = {
  name: 'movements',
  takes: '<goodsId>',
  summary: 'Show the ledger of a goods id, newest first',
  options: [
    ['--limit <rows>', 'at most so many (default 50)'],
    ['--before <version>', 'go on where the page before ended'],
  ],
  examples: ['holdfast stock movements 7', 'holdfast stock movements 7 --limit 500 --before 1200'],
  act: async (session, [goods], { limit = '50', before }) => {
    const { goodsId, ...page } = checkedGiven(
      { goodsId: goodsIdField, limit: limitField },
      { before: beforeField },
      { goodsId: numberIn(goods), limit: numberIn(limit), before: numberIn(before) },
    );
    const { listMovements } = await import('../../stock/index.ts');
    const found = await listMovements(await session.database(), goodsId, page);
    session.print(found, () =>
      pageText(
        table(
          ['version', 'at', 'kind', 'quantity', 'order', 'hold', 'fence', 'reason'],
          found.movements.map((row) => [
            row.version,
            timeText(row.at),
            row.kind,
            row.quantity,
            row.orderId,
            row.hold,
            row.fence,
            row.reason,
          ]),
        ),
        found.next,
      ),
    );
  },
};
