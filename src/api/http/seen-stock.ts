import type { Cache, CacheKind } from '../../cache/index.ts';
import type { Database } from '../../mysql/index.ts';
import { readStock, type StockView, stockView } from '../../stock/index.ts';

/** Stock as it was a moment ago, for a page; nothing is decided by it. */
export type SeenStock = Omit<StockView, 'goodsId' | 'version' | 'lowAt' | 'backAt'> & {
  readonly ageMs: number;
};

const KIND: CacheKind = {
  name: 'stock',
  format: 2,
  lifeMs: 1000,
  staleMs: 0,
  absentMs: 1000,
  nearMs: 500,
};

export async function seenStock(
  cache: Cache,
  database: Database,
  goodsIds: readonly number[],
): Promise<ReadonlyMap<number, SeenStock>> {
  const held = await cache.getOrSetMany<StockView>(KIND, goodsIds.map(String), async (ids) => {
    const balances = await readStock(database, ids.map(Number));
    return new Map([...balances].map(([id, balance]) => [String(id), stockView(balance)]));
  });
  const seen = new Map<number, SeenStock>();
  for (const { value, ageMs } of held.values()) {
    if (!value) continue;
    const { goodsId, version: _version, lowAt: _lowAt, backAt: _backAt, ...units } = value;
    seen.set(goodsId, { ...units, ageMs });
  }
  return seen;
}
