import { systemClock, systemRandom } from '../src/kernel/index.ts';
import { createSaga, noLocks, noNudges, type Saga } from '../src/saga/index.ts';
import { silentLogger } from '../src/telemetry/index.ts';
import type { Rig } from './rig.ts';

/** Goods of one measurement: nobody else has touched or remembers these ids. */
export interface Goods {
  readonly first: number;
  readonly last: number;
}

export interface WantedOrder {
  readonly orderId: string;
  readonly lines: readonly { readonly goodsId: number; readonly quantity: number }[];
}

/** Makes goods with exactly as many units as orders will want, so that every slip shows. */
export class GoodsSupply {
  /** Stocks and places by itself, without nudging the workers. */
  readonly saga: Saga;
  private nextGoods = 1;
  private runs = 0;

  constructor(rig: Rig) {
    this.saga = createSaga({
      database: rig.database,
      locks: noLocks,
      nudges: noNudges,
      rules: rig.config.rules,
      logger: silentLogger,
      clock: systemClock,
      random: systemRandom,
    });
  }

  /** With a unit for each line of so many orders. */
  async stocked(goodsCount: number, lines: number): Promise<{ goods: Goods; run: string }> {
    const goods = { first: this.nextGoods, last: this.nextGoods + goodsCount - 1 };
    this.nextGoods += goodsCount;
    this.runs += 1;
    const run = `b${this.runs}`;
    // Lines take the goods in turn, so the first ones of an uneven number get one more.
    const units = Array.from({ length: goodsCount }, (_, index) =>
      Math.ceil((lines - index) / goodsCount),
    );
    const results = await this.saga.advanceAll(
      units.map((available, index) => ({
        kind: 'stock-set',
        goodsId: goods.first + index,
        available,
        reason: 'bench',
        idempotencyKey: `${run}-${index}`,
        via: { cause: 'cli', attempt: 1 },
      })),
    );
    for (const result of results) if ('error' in result) throw result.error;
    return { goods, run };
  }

  orderOf(run: string, goods: Goods, index: number, lineCount = 1): WantedOrder {
    const goodsCount = goods.last - goods.first + 1;
    const lines = Array.from({ length: lineCount }, (_, line) => ({
      goodsId: goods.first + ((index * lineCount + line) % goodsCount),
      quantity: 1,
    }));
    return { orderId: `${run}-${index}`, lines };
  }

  /** Places orders and leaves them there. */
  async place(orders: readonly WantedOrder[]): Promise<void> {
    const results = await this.saga.advanceAll(
      orders.map((order) => ({ kind: 'placed', order, via: { cause: 'cli', attempt: 1 } })),
    );
    for (const result of results) if ('error' in result) throw result.error;
  }
}
