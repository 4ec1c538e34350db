import type { Cache, CacheKind, SharedFilter } from '../cache/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Goods } from './goods.ts';

/** Where the goods are, for whoever has to load them. */
export interface GoodsSource {
  readonly read: (goodsIds: readonly number[]) => Promise<ReadonlyMap<number, Goods>>;
  readonly count: () => Promise<number>;
  readonly idsAfter: (goodsId: number, limit: number) => Promise<readonly number[]>;
  readonly epoch: () => Promise<number>;
  readonly raiseEpoch: () => Promise<void>;
}

/** Goods as they were a moment ago. */
export interface SeenGoods {
  readonly goods: Goods;
  readonly ageMs: number;
}

const KIND: CacheKind = {
  name: 'goods',
  format: 1,
  lifeMs: 60_000,
  staleMs: 60_000,
  absentMs: 10_000,
  nearMs: 1000,
};

/** How long the epoch is believed: so late, at most, a process hears that it has changed. */
const EPOCH_MS = 1000;

/**
 * Goods for those who look at them. A change is told to the cache when it has been committed. One
 * that cannot be told raises the epoch: what was kept under an older one is not asked for again.
 */
export class GoodsCache {
  private readonly cache: Cache;
  private readonly source: GoodsSource;
  private readonly clock: Clock;
  private readonly filter: SharedFilter | null;
  private known: { readonly epoch: Promise<number>; readonly untilMs: number } | undefined;

  constructor(cache: Cache, source: GoodsSource, clock: Clock) {
    this.cache = cache;
    this.source = source;
    this.clock = clock;
    this.filter = cache.filter({ name: 'goods', ...source });
  }

  async read(goodsIds: readonly number[]): Promise<ReadonlyMap<number, SeenGoods>> {
    const epoch = await this.epoch();
    const { filter } = this;
    const held = await this.cache.getOrSetMany<Goods>(
      KIND,
      goodsIds.map((goodsId) => nameOf(epoch, goodsId)),
      async (names) => {
        const goods = await this.source.read(names.map(goodsIdOf));
        return new Map([...goods].map(([goodsId, row]) => [nameOf(epoch, goodsId), row]));
      },
      filter ? (names) => filter.mayHave(epoch, names.map(goodsIdOf)) : undefined,
    );
    const seen = new Map<number, SeenGoods>();
    for (const { value, ageMs } of held.values()) {
      if (value) seen.set(value.goodsId, { goods: value, ageMs });
    }
    return seen;
  }

  /**
   * Carries out a change of these goods. The filter hears of them before anybody can see them, and
   * once more afterwards, for a generation that was begun meanwhile; the cache forgets them when
   * they are committed. Whatever of it fails is made good by a new epoch.
   */
  async changing<T>(
    goodsIds: readonly number[],
    write: (raisesEpoch: boolean) => Promise<T>,
  ): Promise<T> {
    const isTold = (await this.filter?.add(goodsIds)) ?? false;
    const result = await write(!isTold);
    this.known = undefined; // somebody else may have raised it: the names of today are forgotten
    const names = await this.namesNow(goodsIds);
    const isForgotten = await this.cache.forget(KIND, names);
    const isTwice = !isTold || ((await this.filter?.add(goodsIds)) ?? false);
    if (isTold && !(isForgotten && isTwice)) {
      await this.source.raiseEpoch();
      this.known = undefined;
    }
    return result;
  }

  private async namesNow(goodsIds: readonly number[]): Promise<readonly string[]> {
    const epoch = await this.epoch();
    return goodsIds.map((goodsId) => nameOf(epoch, goodsId));
  }

  private async epoch(): Promise<number> {
    const now = this.clock.monotonicMs();
    if (!this.known || now >= this.known.untilMs) {
      const epoch = this.source.epoch();
      this.known = { epoch, untilMs: now + EPOCH_MS };
      epoch.catch(() => {
        this.known = undefined; // whoever awaits it hears of the failure; the next asks again
      });
    }
    return await this.known.epoch;
  }
}

function nameOf(epoch: number, goodsId: number): string {
  return `${epoch}.${goodsId}`;
}

function goodsIdOf(name: string): number {
  return Number(name.slice(name.indexOf('.') + 1));
}
