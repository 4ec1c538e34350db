import { pause } from '../../src/kernel/index.ts';
import { type ChaosWorld, openWorld } from '../chaos/chaos-world.ts';
import { TOKENS } from '../chaos/shop-counter.ts';
import { type SagaDoors, sagaOver } from '../support/saga-fixture.ts';
import type { Place } from './figure.ts';

const START_MS = 30_000;
const UNITS = 1_000_000;
/** The goods that orders of a measurement want. */
export const GOODS = 7;
/** Some of the lines of a process go to the queue, the others after it to the lock nodes. */
const QUEUE_LINE = 1;
const FIRST_LOCK_LINE = 2;

export interface SystemOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** How wrong the clocks of the workers are; a worker for each. */
  readonly skewsMs?: readonly number[];
  /** Without an API orders come by the queue alone. */
  readonly api?: boolean;
}

/** Whole processes as they are shipped, with a proxy on each of their lines. */
export class MeasuredSystem {
  readonly world: ChaosWorld;
  readonly #deaths: readonly string[];
  readonly #doors: SagaDoors;

  private constructor(world: ChaosWorld, deaths: readonly string[]) {
    this.world = world;
    this.#deaths = deaths;
    this.#doors = sagaOver(world.database);
  }

  static async open({ site, root }: Place, options: SystemOptions = {}): Promise<MeasuredSystem> {
    const { skewsMs = [0, 0], api = true, settings = {} } = options;
    const deaths: string[] = [];
    const world = await openWorld({
      site,
      root,
      workers: skewsMs.length,
      history: { exit: (what) => void deaths.push(what) },
      // What a system has that nobody has told anything.
      settings: {
        HOLDFAST_LOCK_TTL_MS: '10000',
        HOLDFAST_SWEEP_MS: '1000',
        HOLDFAST_HOLD_SECONDS: '900',
        ...settings,
      },
    });
    const system = new MeasuredSystem(world, deaths);
    try {
      await system.#doors.restock(GOODS, UNITS);
      for (const [at, skewMs] of skewsMs.entries()) world.workers[at]?.start(skewMs);
      if (api) world.api.start();
      const all = api ? [...world.workers, world.api] : world.workers;
      await Promise.all(all.map((one) => one.ready(START_MS)));
      return system;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** Answers the status. */
  async place(orderId: string, query = ''): Promise<number> {
    const response = await fetch(`${this.world.doorUrl()}/v1/orders${query}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKENS.producer}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ orderId, lines: [{ goodsId: GOODS, quantity: 1 }] }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  /** As the contract says: again when the API has too much to do. */
  async placeSurely(orderId: string, query: string): Promise<number> {
    for (let asked = 1; ; asked += 1) {
      const status = await this.place(orderId, query);
      if (status !== 503 || asked === 20) return status;
      await pause(100);
    }
  }

  /** What every process sends to the queue Redis, and what it answers, is lost. */
  loseQueue(): void {
    for (const links of this.world.links) links[QUEUE_LINE]?.change({ hole: 'both' });
  }

  /** The same with so many lock nodes. */
  loseLockNodes(count: number): void {
    for (const links of this.world.links) {
      for (const link of links.slice(FIRST_LOCK_LINE, FIRST_LOCK_LINE + count)) {
        link.change({ hole: 'both' });
      }
    }
  }

  /** One number that a query answers. */
  async number(query: string): Promise<number> {
    const [row] = await this.world.database.rows<{ n: number | string | null }>(query);
    return Number(row?.n ?? Number.NaN);
  }

  /** A process that ended by itself makes every figure worthless. */
  async close(): Promise<void> {
    await this.world.close();
    if (this.#deaths.length > 0) throw new Error(this.#deaths.join('\n'));
  }
}

/** Opens a system, measures, and closes it, whatever comes of it. */
export async function measuredIn<T>(
  place: Place,
  options: SystemOptions,
  measure: (system: MeasuredSystem) => Promise<T>,
): Promise<T> {
  const system = await MeasuredSystem.open(place, options);
  try {
    return await measure(system);
  } finally {
    await system.close();
  }
}
