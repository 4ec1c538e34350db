import { type BenchPlan, PER_ORDER_CALLERS } from './bench-sizes.ts';
import type { Contender } from './contender.ts';
import { emptyContenders } from './empty-contenders.ts';
import { emptyPrefix } from './empty-pipeline.ts';
import { GoodsSupply } from './goods-supply.ts';
import { HOLD_SECONDS } from './direct-sql.ts';
import { directSqlContender } from './direct-sql-contender.ts';
import { HalfLoad } from './half-load.ts';
import { conditionalUpdateContender, perOrderContender } from './per-order-contender.ts';
import { withTraffic } from './queue-traffic.ts';
import { reserveContenders } from './reserve-contenders.ts';
import type { Rig } from './rig.ts';
import { sagaHalfLoad } from './saga-half-load.ts';
import { sagaContenders } from './saga-contenders.ts';
import { WorkerChild } from './child-process.ts';

export interface CrewOptions {
  readonly rig: Rig;
  readonly plan: BenchPlan;
  readonly profileFolder: string | null;
  readonly wanted: (name: string) => boolean;
  readonly say: (line: string) => void;
}

export interface Crew {
  readonly contenders: readonly Contender[];
  stop(): Promise<void>;
}

/** Starts the worker process of each kind of contender, all before the first measurement. */
export async function startCrew(options: CrewOptions): Promise<Crew> {
  const { rig, plan, wanted, say } = options;
  const { saga, empty, perOrder, direct } = children(options);
  const all = [saga, empty, perOrder, direct];
  try {
    await Promise.all(all.map((child) => child.next('ready')));
    const parts = { rig, supply: new GoodsSupply(rig), worker: saga };
    const isFull = (name: string): name is keyof typeof loads => Object.hasOwn(loads, name);
    const loads = { 'saga hot': new HalfLoad(), 'empty singly': new HalfLoad() };
    const contenders = [
      ...sagaContenders(parts),
      ...emptyContenders({ rig, worker: empty, load: loads['empty singly'] }),
      sagaHalfLoad(parts, loads['saga hot']),
      ...reserveContenders(parts),
      directSqlContender({ ...parts, worker: direct }),
      conditionalUpdateContender({ rig, worker: perOrder }),
    ];
    if (wanted('lock per order')) {
      contenders.push(
        await perOrderContender({ rig, worker: perOrder, probeMs: plan.probeMs, say }),
      );
    }
    return {
      contenders: contenders
        .filter(({ name }) => wanted(name))
        .map((one) => (isFull(one.name) ? loads[one.name].of(one) : one))
        .map((one) => withTraffic(rig.config.redisUrl, prefixOf(rig, one), one)),
      stop: () => stopAll(all),
    };
  } catch (error) {
    await stopAll(all);
    throw error;
  }
}

function prefixOf({ config }: Rig, { name }: Contender): string {
  if (!name.startsWith('empty ')) return config.queuePrefix;
  return emptyPrefix(name.includes('bulk') ? 'bulk' : 'singly');
}

/** What every process of ours that decides orders is told. */
export function sagaEnvironment({ config }: Rig): Record<string, string> {
  return {
    HOLDFAST_DATABASE_URL: config.databaseUrl,
    HOLDFAST_REDIS_URL: config.redisUrl,
    HOLDFAST_LOCK_URLS: config.lockUrls.join(','),
    HOLDFAST_QUEUE_PREFIX: config.queuePrefix,
    HOLDFAST_HOLD_SECONDS: String(HOLD_SECONDS),
    HOLDFAST_LOG_LEVEL: 'warn',
  };
}

function children({ rig, profileFolder }: CrewOptions) {
  const { databaseUrl, redisUrl, lockUrls } = rig.config;
  return {
    saga: new WorkerChild({
      name: 'saga-worker',
      file: './saga-worker-child.js',
      environment: sagaEnvironment(rig),
      profileFolder,
    }),
    empty: new WorkerChild({
      name: 'empty-worker',
      file: './empty-pipeline-child.js',
      args: [redisUrl],
      profileFolder,
    }),
    perOrder: new WorkerChild({
      name: 'per-order-worker',
      file: './per-order-child.js',
      args: [databaseUrl, lockUrls.join(','), String(PER_ORDER_CALLERS)],
      profileFolder,
    }),
    direct: new WorkerChild({
      name: 'direct-sql-worker',
      file: './direct-sql-child.js',
      args: [databaseUrl],
      profileFolder,
    }),
  };
}

async function stopAll(all: readonly WorkerChild[]): Promise<void> {
  await Promise.all(all.map((child) => child.stop()));
}
