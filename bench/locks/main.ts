import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from '../../src/app/index.ts';
import { type BenchResult, runProgram, say } from '../bench-program.ts';
import { describeMachine, type Machine, machineLines, PROJECT_FOLDER } from '../machine.ts';
import type { BenchOptions } from '../options.ts';
import { openRig, type Rig } from '../rig.ts';
import { CommandCounts } from './command-counts.ts';
import { LockCrew } from './lock-crew.ts';
import { isRedlock, lockEntries } from './lock-entries.ts';
import { lockPlan } from './lock-plan.ts';
import type { LockSeries } from './lock-samples.ts';
import { lockTables } from './lock-tables.ts';
import { atTheirBest, lockTurns, takeTurns } from './lock-turns.ts';
import { judgeLocks } from './lock-verdicts.ts';
import { type PrivateClusters, startClusters } from './private-clusters.ts';

const USAGE = `npm run bench:locks [-- options]

  Measures the locks of this library on all their backends, beside three packages on the same five
  Redis nodes: alone, of many names, and with 2, 8 and 64 waiters in four processes.

  --quick          smaller and done within a minute
  --rounds N       rounds of all contenders, 3 to 20 (default 5, with --quick 3)
  --only PATTERNS  only measurements whose name one of these matches, such as hand-off.64,redlock
  --json FILE      where the results go (default bench/results/<time>.json)
  --profile DIR    writes a CPU profile of each process that takes locks into DIR
  --help

  Exit code 0: every must holds. 1: one does not, or the run broke off. 2: wrong use.
`;

const PACKAGES = ['redlock', '@sesamecare-oss/redlock', 'redis-semaphore', 'ioredis', 'mysql2'];

interface LockBenchResult extends BenchResult<LockSeries> {
  readonly machine: Machine & { readonly versions: Readonly<Record<string, string>> };
  /** What could not be measured here, and why. */
  readonly leftOut: readonly string[];
}

async function measure(options: BenchOptions): Promise<LockBenchResult> {
  const rig = await openRig(readConfig());
  const clusters = await startClusters(() => true);
  try {
    const versions = versionsOf(clusters);
    const machine = { ...describeMachine(rig), versions };
    const leftOut = missingFrom(clusters);
    say(machineLines(machine));
    say(Object.entries(versions).flat().join(' '));
    for (const line of leftOut) say(`\nNOT MEASURED: ${line}\n`);
    const series = await measured(rig, clusters, options);
    return { machine, leftOut, series, verdicts: judgeLocks(series) };
  } finally {
    await clusters.stop();
    await rig.close();
  }
}

async function measured(
  { config }: Rig,
  clusters: PrivateClusters,
  { quick, rounds, only, profileFolder }: BenchOptions,
): Promise<LockSeries[]> {
  const plan = lockPlan(quick);
  const redis = config.lockUrls;
  const counts = new CommandCounts(redis);
  const crew = await LockCrew.start(counts, profileFolder);
  try {
    const { etcd, zookeeper } = clusters;
    const entries = lockEntries({
      redis,
      databaseUrl: config.databaseUrl,
      etcd: etcd?.url,
      zookeeper: zookeeper?.url,
    });
    const wanted = (name: string) =>
      only.length === 0 || only.some((pattern) => pattern.test(name));
    const hasRedlock = lockTurns(crew, entries.filter(isRedlock), plan).some(({ name }) =>
      wanted(name),
    );
    const best = hasRedlock ? await atTheirBest(crew, entries, plan.probeMs, say) : entries;
    const turns = lockTurns(crew, best, plan).filter(({ name }) => wanted(name));
    return await takeTurns(turns, rounds, say);
  } finally {
    await crew.stop();
    counts.close();
  }
}

function missingFrom({ etcd, zookeeper }: PrivateClusters): string[] {
  const missing = (name: string, packages: string) =>
    `${name} is not on this machine; apt-get install --no-install-recommends ${packages}`;
  return [
    ...(etcd ? [] : [missing('etcd', 'etcd-server')]),
    ...(zookeeper ? [] : [missing('ZooKeeper', 'zookeeper')]),
    'keys: redis-semaphore (its quorum knows locks of one name only)',
  ];
}

function versionsOf({ etcd, zookeeper }: PrivateClusters): Record<string, string> {
  const found = PACKAGES.map((name) => {
    const file = path.join(PROJECT_FOLDER, 'node_modules', name, 'package.json');
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return [name, version.replace(/^v/, '')];
  });
  return {
    ...Object.fromEntries(found),
    ...(etcd && { etcd: etcd.version }),
    ...(zookeeper && { zookeeper: zookeeper.version }),
  };
}

await runProgram(USAGE, measure, lockTables);
