import { beforeField, goodsIdField, limitField, orderIdField } from '../../shapes/index.ts';
import { linesText, pageText, table, timeText } from '../format.ts';
import { checkedGiven, choiceIn, numberIn, textIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const orderList: Plan = {
  name: 'list',
  summary: 'List orders, newest first',
  options: [
    ['--state <state>', 'only orders in this state'],
    ['--goods <goodsId>', 'only orders that ask for these goods'],
    ['--q <text>', 'only orders whose id, or whose buyer id, begins so'],
    ['--limit <rows>', 'at most so many, up to 5000 (default 50)'],
    ['--before <number>', 'go on where the page before ended'],
  ],
  examples: [
    'holdfast order list --state reserved --goods 7 --limit 100',
    'holdfast order list --q buyer-12 --json',
  ],
  act: async (session, _given, options) => {
    const { listOrders, ORDER_STATES } = await import('../../orders/index.ts');
    const { goods, ...filter } = checkedGiven(
      { limit: limitField },
      { goods: goodsIdField, q: orderIdField, before: beforeField },
      {
        goods: numberIn(options['goods']),
        q: options['q'],
        limit: numberIn(options['limit'] ?? '50'),
        before: numberIn(options['before']),
      },
    );
    const state = choiceIn('state', textIn(options, 'state'), ORDER_STATES);
    const page = await listOrders(await session.database(), {
      ...filter,
      ...(goods === undefined ? {} : { goodsId: goods }),
      ...(state === undefined ? {} : { state }),
    });
    session.print(page, () =>
      pageText(
        table(
          ['order', 'state', 'lines', 'placed', 'expires', 'buyer'],
          page.orders.map((order) => [
            order.orderId,
            order.reason ? `${order.state} (${order.reason})` : order.state,
            linesText(order.lines),
            timeText(order.placedAt),
            timeText(order.expiresAt),
            order.buyerId,
          ]),
        ),
        page.next,
      ),
    );
  },
};
