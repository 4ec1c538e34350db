import { randomName } from '../src/kernel/index.ts';
import { WorkerChild } from './child-process.ts';
import type { Contender } from './contender.ts';
import { GoodsSupply } from './goods-supply.ts';
import { httpContenders } from './http-contenders.ts';
import type { HttpSize } from './http-sizes.ts';
import { queuedContender } from './queued-contender.ts';
import type { Rig } from './rig.ts';
import { sagaEnvironment } from './worker-crew.ts';

export interface HttpCrew {
  readonly contenders: readonly Contender<HttpSize>[];
  stop(): Promise<void>;
}

/** Starts the API, the callers and the worker of the queue, each in a process of its own. */
export async function startHttpCrew(rig: Rig, profileFolder: string | null): Promise<HttpCrew> {
  const token = randomName(16);
  const environment = sagaEnvironment(rig);
  const worker = new WorkerChild({
    name: 'saga-worker',
    file: '../workers/all.js',
    environment,
    profileFolder,
  });
  const api = new WorkerChild({
    name: 'http-api',
    file: './http-api-child.js',
    environment: {
      ...environment,
      HOLDFAST_HTTP_PORT: '0',
      HOLDFAST_GRPC_PORT: '0',
      HOLDFAST_PRODUCER_TOKENS: token,
      // One caller plays all of them; the limit is for one among many.
      HOLDFAST_RATE_LIMIT: '1000000',
    },
    profileFolder,
  });
  const load = new WorkerChild({ name: 'http-load', file: './http-load-child.js', profileFolder });
  const all = [load, api, worker];
  const stop = async () => {
    await Promise.all(all.map((child) => child.stop()));
  };
  try {
    const [{ httpUrl }] = await Promise.all(
      [api, load, worker].map((one) => one.next('ready')) as [
        Promise<{ readonly httpUrl?: unknown }>,
        ...Promise<unknown>[],
      ],
    );
    const supply = new GoodsSupply(rig);
    const contenders = [
      ...httpContenders({ rig, supply, api, load, url: String(httpUrl), token }),
      queuedContender({ rig, supply, worker }),
    ];
    return { contenders, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
