import { type Cache, type CacheKind, type CacheOptions, openCache } from '../../src/cache/index.ts';
import { randomName, systemClock, systemRandom } from '../../src/kernel/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { until } from './until.ts';

/** Kept for a minute; a name of its own, so that tests on one server do not meet. */
export function kindOf(more: Partial<CacheKind> = {}): CacheKind {
  return {
    name: `test-${randomName(6)}`,
    format: 1,
    lifeMs: 60_000,
    staleMs: 60_000,
    absentMs: 10_000,
    nearMs: 1000,
    ...more,
  };
}

type CacheRoomOptions = Partial<Pick<CacheOptions, 'clock' | 'nearRoom' | 'answerMs'>>;

export function cacheOn(url: string | null, more: CacheRoomOptions = {}): Cache {
  return openCache({
    url,
    name: 'test-cache',
    logger: silentLogger,
    clock: systemClock,
    random: systemRandom,
    ...more,
  });
}

/** A cache that has its connection: until then it would go on without. */
export async function readyCache(url: string, more: CacheRoomOptions = {}): Promise<Cache> {
  const cache = cacheOn(url, more);
  const kind = kindOf();
  await until(() => cache.forget(kind, ['ready']), 5000);
  return cache;
}

/** A source that counts how often it was asked, and may be held up. */
export class CountedSource {
  readonly asked: (readonly string[])[] = [];
  readonly values = new Map<string, string>();
  hold: Promise<void> | undefined;

  readonly load = async (ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    this.asked.push(ids);
    const found = ids.flatMap((id) => {
      const value = this.values.get(id);
      return value === undefined ? [] : [[id, value] as const];
    });
    await this.hold;
    return new Map(found);
  };
}
