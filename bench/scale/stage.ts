import { openDatabase } from '../../src/mysql/index.ts';
import { AppError } from '../../src/kernel/index.ts';
import { audit } from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { WorkerChild } from '../child-process.ts';
import { GoodsSupply } from '../goods-supply.ts';
import { openRig, type Rig } from '../rig.ts';
import { sagaEnvironment } from '../worker-crew.ts';
import type { ScenarioParts } from './scenario.ts';
import { WorkerGroup } from './worker-group.ts';

/** A database and queues of its own, and worker processes on them. */
export interface Stage {
  readonly rig: Rig;
  readonly supply: GoodsSupply;
  readonly worker: WorkerGroup;
  /** What a further worker process on this stage is told. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

async function openStage(
  { config, profileFolder }: ScenarioParts,
  name: string,
  processes: number,
): Promise<Stage> {
  const database = `holdfast_${name}`;
  await administer(
    config.databaseUrl,
    `CREATE DATABASE ${database} CHARACTER SET utf8mb4
    COLLATE utf8mb4_bin`,
  );
  const url = new URL(config.databaseUrl);
  url.pathname = `/${database}`;
  const rig = await openRig({ ...config, databaseUrl: url.href, queuePrefix: `{scale-${name}}` });
  const environment = { ...sagaEnvironment(rig), HOLDFAST_LOCK_PREFIX: `lock:${name}:` };
  const children = Array.from(
    { length: processes },
    (_, index) =>
      new WorkerChild({
        name: `${name}-worker-${index + 1}`,
        file: './saga-worker-child.js',
        environment,
        profileFolder,
      }),
  );
  const worker = new WorkerGroup(name, children);
  const close = async () => {
    await worker.stop();
    await rig.close();
    await administer(config.databaseUrl, `DROP DATABASE ${database}`);
  };
  try {
    await Promise.all(children.map((child) => child.next('ready')));
  } catch (error) {
    await close();
    throw error;
  }
  return { rig, supply: new GoodsSupply(rig), worker, environment, close };
}

/** The stages of a scenario, closed when it has ended, however it does. */
export async function withStages<Result>(
  parts: ScenarioParts,
  wanted: Readonly<Record<string, number>>,
  run: (stages: readonly Stage[]) => Promise<Result>,
): Promise<Result> {
  const stages: Stage[] = [];
  try {
    for (const [name, processes] of Object.entries(wanted)) {
      stages.push(await openStage(parts, name, processes));
    }
    const result = await run(stages);
    for (const { worker } of stages) await worker.stop();
    for (const { rig } of stages) await assertBalanced(rig);
    return result;
  } finally {
    for (const stage of stages) await stage.close();
  }
}

async function assertBalanced({ database, config }: Rig): Promise<void> {
  const { balanced, differences } = await audit(database);
  if (balanced) return;
  const texts = differences.slice(0, 3).map(({ text }) => text);
  const name = new URL(config.databaseUrl).pathname.slice(1);
  throw new AppError('books-differ', `the books of ${name} do not balance: ${texts.join('; ')}`);
}

async function administer(url: string, statement: string): Promise<void> {
  const database = openDatabase({ url, logger: silentLogger });
  try {
    await database.write(statement);
  } finally {
    await database.close();
  }
}
