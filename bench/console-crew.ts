import { AppError, randomName } from '../src/kernel/index.ts';
import { type Message, WorkerChild } from './child-process.ts';
import { NONE, TEN } from './console-costs.ts';
import type { Contender, Sample } from './contender.ts';
import { GoodsSupply } from './goods-supply.ts';
import { httpContenders } from './http-contenders.ts';
import type { HttpSize } from './http-sizes.ts';
import type { Rig } from './rig.ts';
import { sagaEnvironment } from './worker-crew.ts';

export interface ConsoleCrew {
  readonly contenders: readonly Contender<HttpSize>[];
  stop(): Promise<void>;
}

/** As fast as it goes, and at half of that: what consoles cost must not follow the orders. */
const LOADS = ['http waited', 'http half load'];

/** Starts the API, the callers and the consoles, each in a process of its own. */
export async function startConsoleCrew(
  rig: Rig,
  profileFolder: string | null,
): Promise<ConsoleCrew> {
  const [token, viewer] = [randomName(16), randomName(16)];
  const api = new WorkerChild({
    name: 'http-api',
    file: './http-api-child.js',
    environment: {
      ...sagaEnvironment(rig),
      HOLDFAST_HTTP_PORT: '0',
      HOLDFAST_GRPC_PORT: '0',
      HOLDFAST_PRODUCER_TOKENS: token,
      HOLDFAST_VIEWER_TOKENS: viewer,
      HOLDFAST_RATE_LIMIT: '1000000',
    },
    profileFolder,
  });
  const load = new WorkerChild({ name: 'http-load', file: './http-load-child.js', profileFolder });
  const file = './console-watchers-child.js';
  const watchers = new WorkerChild({ name: 'consoles', file, profileFolder });
  const all = [watchers, load, api];
  const stop = async () => {
    await Promise.all(all.map((child) => child.stop()));
  };
  try {
    const [{ httpUrl }] = await Promise.all([
      api.next('ready'),
      load.next('ready'),
      watchers.next('ready'),
    ]);
    const url = String(httpUrl);
    const supply = new GoodsSupply(rig);
    const contenders = httpContenders({ rig, supply, api, load, url, token })
      .filter(({ name }) => LOADS.includes(name))
      .flatMap((one) => [
        { ...one, name: one.name + NONE },
        { ...one, name: one.name + TEN, measure: watched(one, watchers, { url, token: viewer }) },
      ]);
    return { contenders, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The same with consoles open from before its first order until after its last. */
function watched(
  { measure }: Contender<HttpSize>,
  watchers: WorkerChild,
  place: { readonly url: string; readonly token: string },
): (orders: number) => Promise<Sample> {
  return async (orders) => {
    await watchers.ask({ type: 'open', ...place });
    let seen: Message | undefined;
    try {
      return await measure(orders);
    } finally {
      seen = await watchers.ask({ type: 'close', ...place });
      assertLooked(seen);
    }
  };
}

/** Consoles that see nothing cost nothing: then there is nothing to measure. */
function assertLooked({ asked, refused }: Message): void {
  if (Number(asked) > 0 && refused === 0) return;
  throw new AppError(
    'bench-unexpected',
    `consoles asked ${String(asked)} times, ${String(refused)} refused`,
  );
}
