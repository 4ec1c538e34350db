import { falseShareOf, filterSize } from '../src/cache/index.ts';
import { cachedGoods } from '../src/catalogue/index.ts';
import { pause, systemClock } from '../src/kernel/index.ts';
import type { Database } from '../src/mysql/index.ts';
import { benchCache } from './catalogue-shop.ts';
import { WorkerChild } from './child-process.ts';

const PROCESSES = 4;
const CALLERS = 200;
const BATCH = 100;
const WARM_ROUNDS = 200;

/** Loads of each cold key that 4 processes with 200 callers each ask for at once. */
export async function crowdLoads(cacheUrl: string, keys: number): Promise<number[]> {
  const children = Array.from(
    { length: PROCESSES },
    (_, at) =>
      new WorkerChild({
        name: `crowd ${at}`,
        file: 'catalogue-crowd-child.js',
        args: [cacheUrl, String(CALLERS)],
        profileFolder: null,
      }),
  );
  try {
    await Promise.all(children.map((child) => child.next('ready')));
    const loads: number[] = [];
    for (let key = 0; key < keys; key += 1) {
      const question = { type: 'crowd', id: `cold-${key}` };
      const answers = await Promise.all(children.map((child) => child.ask(question)));
      loads.push(answers.reduce((sum, answer) => sum + Number(answer['loads']), 0));
    }
    return loads;
  } finally {
    for (const child of children) await child.stop();
  }
}

export interface Strangers {
  readonly asked: number;
  /** Ids that the database was asked for nevertheless. */
  readonly looked: number;
  /** The share of them that the formula allows for a filter that is this full. */
  readonly allowed: number;
}

/** Ids that nobody has, each once, as crawlers ask. */
export async function askForStrangers(
  database: Database,
  cacheUrl: string,
  { goods, asked }: { readonly goods: number; readonly asked: number },
): Promise<Strangers> {
  const cache = await benchCache({ url: cacheUrl, name: 'bench-strangers' });
  try {
    const cached = cachedGoods(database, cache, systemClock);
    let next = 10 * goods;
    const ask = async (count: number) =>
      await cached.read(Array.from({ length: count }, () => (next += 1)));
    // The first that is asked for has the filter filled, beside the answer.
    for (let round = 0; cache.stats.filtered === 0 && round < WARM_ROUNDS; round += 1) {
      await ask(1);
      await pause(50);
    }
    const before = { ...cache.stats };
    for (let done = 0; done < asked; done += BATCH) await ask(BATCH);
    const filtered = cache.stats.filtered - before.filtered;
    const allowed = falseShareOf(filterSize(2 * goods, 0.01), goods);
    return { asked, looked: asked - filtered, allowed };
  } finally {
    cache.close();
  }
}
