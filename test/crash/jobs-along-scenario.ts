import type { Play, Scenario } from './crash-scenario.ts';

const ORDERS = 24;
/** What there is at the beginning, one unit for an order: so many of them are sold out. */
const STOCK = 10;

const idsOf = ({ tag }: Play) => Array.from({ length: ORDERS }, (_, at) => `o-${tag}-${at}`);

const RESERVED = 'reserved: reserve; payments -; told reserved';
const SOLD_OUT = 'rejected: -; payments -; told rejected';

/** Many jobs at once: most of them are taken along, and ended together, by scripts of our own. */
export const jobsAlong: Scenario = {
  name: 'jobs-along',
  about: `${ORDERS} jobs at once want ${STOCK} units; those that wait are taken along`,
  points: 2,
  queues: ['order-placed', 'pre-deduct'],
  concurrency: 100,
  only: ['take-along', 'end-along'],
  act: async (play) => {
    const [goodsId] = play.goods;
    const lines = [{ goodsId, quantity: 1 }];
    const { holdSeconds } = play;
    const orders = idsOf(play).map((orderId) => ({ orderId, lines, holdSeconds }));
    await play.job('order-placed', ...orders);
  },
  verify: async (play) => {
    if (play.stalls) return; // somebody else may have some of them
    const [row] = await play.rival.app.database.rows<{ n: number }>(
      "SELECT COUNT(*) AS n FROM orders WHERE state = 'reserved'",
    );
    if (Number(row?.n) !== STOCK) play.blame(`${row?.n} orders have their goods`);
  },
  ends: (play) => Object.fromEntries(idsOf(play).map((orderId) => [orderId, [RESERVED, SOLD_OUT]])),
};
