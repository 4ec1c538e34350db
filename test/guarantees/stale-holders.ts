import { systemClock, systemRandom } from '../../src/kernel/index.ts';
import { createLocks } from '../../src/locks/index.ts';
import { audit, type GoodsLocks } from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import type { Figure, Measurement, Place } from './figure.ts';
import { type MeasuredSystem, measuredIn } from './measured-system.ts';

const GOODS_IDS = [11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
const PREFIX = 'lock:stale:';

type LockAnswer = Awaited<ReturnType<GoodsLocks['tryLock']>>;

/**
 * The locks of a process that stands still with its first lock on some goods in hand, for longer
 * than that lock lives, and goes on as if nothing had been: not even its own clock tells it.
 */
class SleepersLocks implements GoodsLocks {
  readonly #locks: GoodsLocks;
  /** What goes on outside while somebody sleeps with the lock on this name. */
  readonly #meanwhile: Map<string, () => Promise<void>>;

  constructor(locks: GoodsLocks, meanwhile: ReadonlyMap<string, () => Promise<void>>) {
    this.#locks = locks;
    this.#meanwhile = new Map(meanwhile);
  }

  async tryLock(...ask: Parameters<GoodsLocks['tryLock']>): Promise<LockAnswer> {
    return await this.#sleep(ask[0], await this.#locks.tryLock(...ask));
  }

  async lock(...ask: Parameters<GoodsLocks['lock']>): Promise<LockAnswer> {
    return await this.#sleep(ask[0], await this.#locks.lock(...ask));
  }

  async #sleep(names: readonly string[], answer: LockAnswer): Promise<LockAnswer> {
    const [name = ''] = names;
    const meanwhile = this.#meanwhile.get(name);
    if (answer.kind !== 'held' || !meanwhile) return answer;
    this.#meanwhile.delete(name);
    await meanwhile();
    const { held } = answer;
    const asleep = { fence: held.fence, assertHeld: () => undefined };
    return { kind: 'held', held: { ...asleep, release: () => held.release() } };
  }
}

interface Overlaps {
  readonly count: number;
  readonly refused: number;
}

/** One round: on each goods id a holder sleeps, another one takes over and writes, it wakes up. */
async function overlap(system: MeasuredSystem, place: Place, round: number): Promise<Overlaps> {
  const { database } = system.world;
  const nodes = place.site.locks;
  const common = { prefix: PREFIX, ttlMs: 5000, clock: systemClock, random: systemRandom };
  const own = { ...common, urls: nodes.map(({ url }) => url), logger: silentLogger };
  const [ofSleeper, ofSuccessor] = [createLocks(own), createLocks(own)];
  try {
    const successor = sagaOver(database, { locks: ofSuccessor });
    const takeOver = async (goodsId: number): Promise<void> => {
      // What a node does by itself when the time of a lock is over.
      await Promise.all(nodes.map(({ client }) => client.del(`${PREFIX}${goodsId}`)));
      const { state } = await successor.reserve(`next-${round}-${goodsId}`);
      if (state !== 'reserved') throw new Error(`the successor found its order ${state}`);
    };
    const meanwhile = GOODS_IDS.map((id) => [String(id), () => takeOver(id)] as const);
    const locks = new SleepersLocks(ofSleeper, new Map(meanwhile));
    const sleeper = sagaOver(database, { locks, batching: { goodsMax: 1, lanes: 4 } });
    for (const goodsId of GOODS_IDS) {
      const lines = [{ goodsId, quantity: 1 }];
      for (const who of ['slept', 'next'])
        await successor.place(`${who}-${round}-${goodsId}`, lines);
    }
    const outcomes = await Promise.all(
      GOODS_IDS.map((goodsId) => sleeper.reserve(`slept-${round}-${goodsId}`)),
    );
    const late = outcomes.filter(({ state }) => state !== 'reserved');
    if (late.length > 0) throw new Error(`${late.length} orders of sleepers were not reserved`);
    return { count: GOODS_IDS.length, refused: sleeper.saga.stats.fenceRefused };
  } finally {
    await Promise.all([ofSleeper.close(), ofSuccessor.close()]);
  }
}

/** Movements whose lock number is below one that came before them. */
async function staleWrites({ world }: MeasuredSystem): Promise<number> {
  const rows = await world.database.rows<{ goodsId: number; fence: string }>(
    `SELECT goods_id AS goodsId, fence FROM movements WHERE fence IS NOT NULL
     ORDER BY goods_id, version`,
  );
  const highest = new Map<number, bigint>();
  let stale = 0;
  for (const { goodsId, fence } of rows) {
    const before = highest.get(goodsId) ?? 0n;
    if (BigInt(fence) < before) stale += 1;
    else highest.set(goodsId, BigInt(fence));
  }
  return stale;
}

export async function staleHolders(
  system: MeasuredSystem,
  place: Place,
  rounds: number,
): Promise<readonly Figure[]> {
  const doors = sagaOver(system.world.database);
  for (const goodsId of GOODS_IDS) await doors.restock(goodsId, 1000);
  const total = { count: 0, refused: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const { count, refused } = await overlap(system, place, round);
    total.count += count;
    total.refused += refused;
  }
  const { differences } = await audit(system.world.database);
  const overlaps = rounds * GOODS_IDS.length;
  return [
    { what: 'two holders at once', value: total.count, unit: '', atLeast: overlaps },
    {
      what: 'times the older one was refused',
      value: total.refused,
      unit: '',
      atLeast: overlaps,
    },
    { what: 'stale writes', value: await staleWrites(system), unit: '', atMost: 0 },
    { what: 'differences in the books', value: differences.length, unit: '', atMost: 0 },
  ];
}

export const staleHolderIsHarmless: Measurement = {
  id: 'G8',
  promise: 'who holds a lock that has ended can do no harm',
  measure: (place) =>
    measuredIn(place, { skewsMs: [], api: false }, (system) => staleHolders(system, place, 12)),
};
