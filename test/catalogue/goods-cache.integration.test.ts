import { expect } from 'chai';
import { type Cache, falseShareOf, filterSize } from '../../src/cache/index.ts';
import { changeGoods, type Goods, keepGoods, readGoods } from '../../src/catalogue/index.ts';
import { GoodsCache, type GoodsSource } from '../../src/catalogue/goods-cache.ts';
import { raiseEpoch, readEpoch } from '../../src/catalogue/goods-epoch-store.ts';
import { countGoods, goodsIdsAfter } from '../../src/catalogue/goods-store.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { cacheOn, readyCache } from '../support/cache-room.ts';
import { type CatalogueRoom, catalogueRoom } from '../support/catalogue-room.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

const GOODS = 2000;
const ABSENT = 20_000;

describe('goods for those who look at them', function () {
  this.timeout(120_000);
  let room: CatalogueRoom;
  let nodes: RedisNodes;
  const caches: Cache[] = [];
  let reads: number;
  before(async () => {
    room = await catalogueRoom();
    nodes = await startRedisNodes(1);
    await room.keep(...Array.from({ length: GOODS }, (_, at) => at + 1));
  });
  after(async () => {
    await nodes.stop();
    await room.drop();
  });
  beforeEach(() => {
    reads = 0;
  });
  afterEach(async () => {
    for (const cache of caches.splice(0)) cache.close();
    await nodes.flush();
  });

  const source = (): GoodsSource => ({
    read: async (goodsIds): Promise<ReadonlyMap<number, Goods>> => {
      reads += goodsIds.length;
      return await readGoods(room.database, goodsIds);
    },
    count: () => countGoods(room.database),
    idsAfter: (goodsId, limit) => goodsIdsAfter(room.database, goodsId, limit),
    epoch: () => readEpoch(room.database),
    raiseEpoch: () => raiseEpoch(room.database),
  });
  const over = (cache: Cache): GoodsCache => {
    caches.push(cache);
    return new GoodsCache(cache, source(), systemClock);
  };
  const process = async (nearRoom = 0): Promise<GoodsCache> =>
    over(await readyCache(nodes.at(0).url, { nearRoom, answerMs: 2000 }));
  const priceOf = async (goods: GoodsCache, goodsId: number) =>
    (await goods.read([goodsId])).get(goodsId)?.goods.shopPrice;
  const setPrice = (goods: GoodsCache, goodsId: number, shopPrice: number) =>
    goods.changing([goodsId], (raisesEpoch) =>
      changeGoods(room.database, goodsId, room.row(goodsId, { shopPrice }), { raisesEpoch }),
    );

  it('are seen changed by everybody once the change has been answered', async () => {
    const [one, other] = [await process(), await process()];
    await Promise.all([priceOf(one, 1), priceOf(other, 1)]);
    for (let price = 1; price <= 20; price += 1) {
      await setPrice(price % 2 === 0 ? one : other, 1, price);
      expect(await priceOf(one, 1)).to.equal(price);
      expect(await priceOf(other, 1)).to.equal(price);
    }
    expect(await readEpoch(room.database)).to.equal(1);
  });

  it('are seen new by everybody, although all knew that they were not there', async () => {
    const [one, other] = [await process(), await process()];
    for (const goods of [one, other]) expect((await goods.read([9001])).size).to.equal(0);
    await one.changing([9001], (raisesEpoch) =>
      keepGoods(room.database, [room.row(9001)], { raisesEpoch }),
    );
    expect(await priceOf(one, 9001)).to.equal(900_100);
    expect(await priceOf(other, 9001)).to.equal(900_100);
  });

  it('are seen changed within a second, although whoever changed them has no cache', async () => {
    const [one, stranger] = [await process(), over(cacheOn(null))];
    await priceOf(one, 2);
    await setPrice(stranger, 2, 12_345);
    await until(async () => (await priceOf(one, 2)) === 12_345, 2500);
  });

  it('are seen new within a second, although nobody told the filter of them', async () => {
    const [one, stranger] = [await process(), over(cacheOn(null))];
    await until(async () => (await filtered(one)) > 0, 20_000);
    expect((await one.read([9002])).size).to.equal(0);
    await stranger.changing([9002], (raisesEpoch) =>
      keepGoods(room.database, [room.row(9002)], { raisesEpoch }),
    );
    await until(async () => (await priceOf(one, 9002)) === 900_200, 2500);
  });

  /** How many have been turned away by the filter, after one more try with ids that are new. */
  let next = 100_000_000;
  const filtered = async (goods: GoodsCache): Promise<number> => {
    await goods.read(Array.from({ length: 20 }, () => (next += 1)));
    return caches[0]?.stats.filtered ?? 0;
  };

  it('that are certainly not there are not looked for in the database', async () => {
    const goods = await process();
    await until(async () => (await filtered(goods)) > 0, 20_000);
    reads = 0;
    for (let from = 0; from < ABSENT; from += 500) {
      await goods.read(Array.from({ length: 500 }, (_, at) => 1_000_000 + from + at));
    }
    const members = await countGoods(room.database);
    const share = falseShareOf(filterSize(2 * members, 0.01), members);
    const most = ABSENT * share + 4 * Math.sqrt(ABSENT * share) + 1;
    expect(reads, `of ${ABSENT}; theory ${(ABSENT * share).toFixed(1)}`).to.be.at.most(most);
    reads = 0;
    await goods.read(Array.from({ length: 500 }, (_, at) => 1_000_000 + at));
    expect(reads, 'those looked for a second time').to.equal(0);
  });

  it('are read from the database while the cache is away', async () => {
    const goods = await process();
    await priceOf(goods, 3);
    nodes.at(0).freeze();
    try {
      expect(await priceOf(goods, 3)).to.equal(300);
      await setPrice(goods, 3, 301);
      expect(await priceOf(goods, 3)).to.equal(301);
    } finally {
      nodes.at(0).thaw();
    }
    await until(async () => (await priceOf(goods, 3)) === 301, 2500);
    expect(await readEpoch(room.database)).to.be.greaterThan(1);
  });

  it('are read at least ten times as fast as from the database', async () => {
    const CALLERS = 32;
    const perSecond = async (read: (goodsId: number) => Promise<unknown>): Promise<number> => {
      const started = performance.now();
      const endMs = started + 1500;
      let done = 0;
      await Promise.all(
        Array.from({ length: CALLERS }, async (_, caller) => {
          for (let at = caller; performance.now() < endMs; at += CALLERS) {
            await read((at % GOODS) + 1);
            done += 1;
          }
        }),
      );
      return (done * 1000) / (performance.now() - started);
    };
    const goods = await process(10_000);
    const far = await process();
    await goods.read(Array.from({ length: GOODS }, (_, at) => at + 1));
    const uncached = await perSecond((goodsId) => readGoods(room.database, [goodsId]));
    const shared = await perSecond((goodsId) => far.read([goodsId]));
    const near = await perSecond((goodsId) => goods.read([goodsId]));
    const said = [uncached, shared, near].map((one) => Math.round(one)).join(', ');
    expect(
      near / uncached,
      `reads/s from the database, the shared cache, near: ${said}`,
    ).to.be.above(10);
  });
});
