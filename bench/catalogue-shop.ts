import { writeFileSync } from 'node:fs';
import { type Cache, openCache } from '../src/cache/index.ts';
import { addBrand, addCategory, linkBrand } from '../src/catalogue/index.ts';
import { pause, present, systemClock, systemRandom } from '../src/kernel/index.ts';
import type { Database } from '../src/mysql/index.ts';
import { silentLogger } from '../src/telemetry/index.ts';

/** Writes a CSV file of so many goods, in a shop that has their brand and category. */
export async function writeGoods(database: Database, file: string, count: number): Promise<void> {
  const { brandId } = (await addBrand(database, { name: 'Acme', logo: null })).row;
  const { categoryId } = (await addCategory(database, { name: 'Audio', parentId: null })).row;
  await linkBrand(database, categoryId, brandId);
  const lines = ['goodsId,goodsSn,name,brandId,categoryId,shopPrice,currency,status'];
  for (let goodsId = 1; goodsId <= count; goodsId += 1) {
    const price = 100 + (goodsId % 9000);
    const name = `Speaker ${goodsId} with a name as long as names are`;
    lines.push(`${goodsId},SN-${goodsId},${name},${brandId},${categoryId},${price},EUR,on-sale`);
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
}

export interface CacheAsk {
  readonly url: string | null;
  readonly name: string;
  readonly nearRoom?: number;
}

/** A cache that has its connection. */
export async function benchCache({ url, name, nearRoom }: CacheAsk): Promise<Cache> {
  const cache = openCache({
    url,
    name,
    logger: silentLogger,
    clock: systemClock,
    random: systemRandom,
    answerMs: 2000, // a busy machine shall not turn this into a measurement of the database
    ...(nearRoom === undefined ? {} : { nearRoom }),
  });
  const kind = { name, format: 1, lifeMs: 1, staleMs: 0, absentMs: 1, nearMs: 0 };
  for (let round = 0; round < 500; round += 1) {
    if (await cache.forget(kind, ['ready'])) return cache;
    await pause(20);
  }
  return present<Cache>(undefined, 'a cache that answers');
}
