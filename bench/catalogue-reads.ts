import type { Cache } from '../src/cache/index.ts';
import { cachedGoods, readGoods } from '../src/catalogue/index.ts';
import { present, systemClock, systemRandom } from '../src/kernel/index.ts';
import type { Database } from '../src/mysql/index.ts';
import { benchCache } from './catalogue-shop.ts';
import { median } from './percentiles.ts';

/** Askers at once, as a server has them; each asks for one of the goods that people look at. */
const ASKERS = 64;
const LOOKED_AT = 1000;
/** A list of goods, as a page of a shop shows them. */
const LISTED = 50;

export interface Reads {
  readonly way: string;
  /** Reads a second of each round. */
  readonly rates: readonly number[];
}

type Read = (goodsIds: readonly number[]) => Promise<{ readonly size: number }>;

/** The same reads by each way, one after the other in each round, so that all share the weather. */
export async function compareReads(
  database: Database,
  cacheUrl: string,
  { rounds, lastsMs }: { readonly rounds: number; readonly lastsMs: number },
): Promise<Reads[]> {
  const near = await benchCache({ url: cacheUrl, name: 'bench-near' });
  const shared = await benchCache({ url: cacheUrl, name: 'bench-shared', nearRoom: 0 });
  const over = (cache: Cache): Read => {
    const goods = cachedGoods(database, cache, systemClock);
    return (goodsIds) => goods.read(goodsIds);
  };
  const ways: readonly (readonly [name: string, read: Read])[] = [
    ['uncached', (goodsIds) => readGoods(database, goodsIds)],
    ['shared', over(shared)],
    ['near', over(near)],
  ];
  const found = new Map<string, number[]>();
  try {
    for (let round = -1; round < rounds; round += 1) {
      for (const count of [1, LISTED]) {
        for (const [name, read] of ways) {
          const rate = await rateOf(read, count, round < 0 ? lastsMs / 4 : lastsMs);
          const way = count === 1 ? name : `${name}, ${count} at once`;
          if (round >= 0) found.set(way, [...(found.get(way) ?? []), rate]);
        }
      }
    }
  } finally {
    near.close();
    shared.close();
  }
  return [...found].map(([way, rates]) => ({ way, rates }));
}

async function rateOf(read: Read, count: number, lastsMs: number): Promise<number> {
  const start = systemClock.monotonicMs();
  let reads = 0;
  const ask = async (): Promise<void> => {
    while (systemClock.monotonicMs() - start < lastsMs) {
      const first = 1 + Math.floor(systemRandom() * (LOOKED_AT - count));
      const { size } = await read(Array.from({ length: count }, (_, at) => first + at));
      present(size === count || undefined, 'all that was asked for');
      reads += 1;
      // What is near is answered without ever going back to the event loop: others want to ask too.
      if (reads % 1000 === 0) await new Promise(setImmediate);
    }
  };
  await Promise.all(Array.from({ length: ASKERS }, ask));
  return (reads * 1000) / (systemClock.monotonicMs() - start);
}

export function rateBy(reads: readonly Reads[], way: string): number {
  const found = present(
    reads.find((one) => one.way === way),
    `reads of ${way}`,
  );
  return median(found.rates);
}
