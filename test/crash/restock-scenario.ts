import type { Play, Scenario } from './crash-scenario.ts';

const keysOf = ({ tag }: Play) => [`arrived-${tag}`, `counted-${tag}`] as const;
const ARRIVED = 3;
const COUNTED = 12;

interface StockRow {
  readonly available: number;
  readonly received: number;
  readonly restocks: number;
}

/** Goods arrive, and are counted: two calls, each with a key under which it happens once. */
export const restock: Scenario = {
  name: 'restock',
  about: 'goods arrive (stock adjust), and are counted (stock set), by calls with keys',
  points: 22,
  queues: [],
  act: async (play) => {
    const [goodsId] = play.goods;
    const [arrived, counted] = keysOf(play);
    const reason = 'delivery';
    await play.advance({
      kind: 'stock-adjust',
      goodsId,
      delta: ARRIVED,
      reason,
      idempotencyKey: arrived,
    });
    await play.advance({
      kind: 'stock-set',
      goodsId,
      available: COUNTED,
      reason,
      idempotencyKey: counted,
    });
  },
  verify: async (play) => {
    const [goodsId] = play.goods;
    const { database } = play.rival.app;
    const [stock] = await database.rows<StockRow>(
      `SELECT available + held AS available, received, (SELECT COUNT(*) FROM movements m
         WHERE m.goods_id = s.goods_id AND m.kind = 'restock') AS restocks
       FROM stock s WHERE goods_id = ?`,
      [goodsId],
    );
    const keys = await database.rows<{ n: number }>(
      'SELECT COUNT(*) AS n FROM adjustments WHERE idempotency_key IN (?)',
      [keysOf(play)],
    );
    // One movement is the stock that was there at the beginning.
    if (Number(stock?.restocks) !== 3 || Number(keys[0]?.n) !== 2) {
      play.blame(`stock was changed ${stock?.restocks} times under ${keys[0]?.n} keys`);
    }
    // What somebody else holds was no longer for sale when it was counted, or is not any more.
    const sellable = Number(stock?.available);
    const isRight = play.stalls ? sellable >= COUNTED : sellable === COUNTED;
    if (!isRight) play.blame(`${sellable} are there, counted were ${COUNTED}`);
  },
  ends: () => ({}),
};
