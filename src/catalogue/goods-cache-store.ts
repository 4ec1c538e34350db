import type { Cache } from '../cache/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Database } from '../mysql/index.ts';
import { GoodsCache } from './goods-cache.ts';
import { raiseEpoch, readEpoch } from './goods-epoch-store.ts';
import { countGoods, goodsIdsAfter, readGoods } from './goods-store.ts';

/** The cache in front of the goods of this database. */
export function cachedGoods(database: Database, cache: Cache, clock: Clock): GoodsCache {
  return new GoodsCache(
    cache,
    {
      read: (goodsIds) => readGoods(database, goodsIds),
      count: () => countGoods(database),
      idsAfter: (goodsId, limit) => goodsIdsAfter(database, goodsId, limit),
      epoch: () => readEpoch(database),
      raiseEpoch: () => raiseEpoch(database),
    },
    clock,
  );
}
