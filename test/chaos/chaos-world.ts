import { randomName } from '../../src/kernel/index.ts';
import { type Database, migrateUp, openDatabase } from '../../src/mysql/index.ts';
import { openQueues, type Queues } from '../../src/queues/index.ts';
import { connectRedis } from '../../src/redis/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { ChaosLink } from './chaos-link.ts';
import { ChaosProcess } from './chaos-process.ts';
import type { ChaosHistory } from './chaos-history.ts';
import type { ChaosSite } from './chaos-site.ts';
import { PAYMENT_SECRET, TOKENS } from './shop-counter.ts';

export const LOCK_TTL_MS = 1500;
const SWEEP_MS = 500;

/** The lines of one process: to the database, to the queue, to each lock node. */
export type Links = readonly ChaosLink[];

/** One seed's system: its processes, their lines, and a shop beside it. */
export interface ChaosWorld {
  readonly site: ChaosSite;
  readonly workers: readonly ChaosProcess[];
  readonly api: ChaosProcess;
  /** Of the workers, and then of the API. */
  readonly links: readonly Links[];
  /** From the shop to the API, and to the queue. */
  readonly shopLinks: { readonly door: ChaosLink; readonly queue: ChaosLink };
  readonly doorUrl: () => string;
  /** Straight to the database of this seed, for the shop, the nemesis and the dump. */
  readonly database: Database;
  readonly databaseUrl: string;
  readonly queues: Queues;
  readonly queuePrefix: string;
  heal(): void;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly site: ChaosSite;
  readonly root: string;
  readonly workers: number;
  /** Told of processes that ended though nobody had ended them. */
  readonly history: Pick<ChaosHistory, 'exit'>;
  /** In the place of those of a seed, which are made for haste. */
  readonly settings?: Readonly<Record<string, string>>;
  /** For whoever looks at the logs of a seed. */
  readonly logLevel?: string;
}

export async function openWorld(options: WorldOptions): Promise<ChaosWorld> {
  const { site } = options;
  const name = `chaos_${randomName(6)}`;
  await freshServers(site, name);
  const databaseUrl = site.urlOf(site.databasePort, name);
  await migrateUp({ url: databaseUrl, logger: silentLogger });
  const links: Links[] = [];
  for (let at = 0; at <= options.workers; at += 1) links.push(await linksOf(site, `p${at}`));
  const processes = links.map((own, at) => processOf(options, name, own, at));
  const door = await linkTo('shop-door', () => site.doorPort);
  const queue = await linkTo('shop-queue', () => site.queue.port);
  const database = openDatabase({ url: databaseUrl, logger: silentLogger, poolSize: 6 });
  const queues = openQueues({
    connection: connectRedis(`redis://127.0.0.1:${queue.port}`, 'producer', {
      logger: silentLogger,
      name: 'shop',
    }),
    prefix: prefixOf(name),
    onError: () => undefined, // the shop sends again whatever was not seen to arrive
  });
  const all = [...links.flat(), door, queue];
  const api = processes.pop();
  if (!api) throw new Error('there is no API');
  return {
    site,
    workers: processes,
    api,
    links,
    shopLinks: { door, queue },
    doorUrl: () => `http://127.0.0.1:${door.port}`,
    database,
    databaseUrl,
    queues,
    queuePrefix: prefixOf(name),
    heal: () => {
      for (const link of all) link.heal();
    },
    close: async () => {
      await Promise.all([...processes, api].map((one) => one.stop()));
      await queues.close();
      await Promise.all(all.map((link) => link.close()));
      await dropDatabase(site, name);
      await database.close();
    },
  };
}

/** Of this seed alone: a Redis whose file loses its tail may remember jobs of the seed before. */
const prefixOf = (name: string) => `{${name}}`;

async function freshServers(site: ChaosSite, name: string): Promise<void> {
  await Promise.all([site.queue, ...site.locks].map((node) => node.client.flushall()));
  const admin = site.admin();
  try {
    await admin.write(`CREATE DATABASE ${name} DEFAULT CHARACTER SET utf8mb4`);
  } finally {
    await admin.close();
  }
}

async function dropDatabase(site: ChaosSite, name: string): Promise<void> {
  const admin = site.admin();
  try {
    await admin.write(`DROP DATABASE ${name}`);
  } finally {
    await admin.close();
  }
}

async function linkTo(name: string, target: () => number): Promise<ChaosLink> {
  const link = new ChaosLink(name, target);
  await link.listen();
  return link;
}

async function linksOf(site: ChaosSite, name: string): Promise<Links> {
  const targets = [() => site.databasePort, () => site.queue.port].concat(
    site.locks.map((node) => () => node.port),
  );
  return await Promise.all(targets.map((target, at) => linkTo(`${name}-${at}`, target)));
}

function processOf(options: WorldOptions, database: string, links: Links, at: number) {
  const { site, root, history, logLevel = 'warn' } = options;
  const [toDatabase, toQueue, ...toLocks] = links.map(({ port }) => port);
  const isApi = at === options.workers;
  return new ChaosProcess({
    name: isApi ? 'api' : `worker-${at}`,
    root,
    file: isApi ? 'src/cli/main.js' : 'workers/all.js',
    args: isApi ? ['api'] : [],
    onQuietDeath: (what) => history.exit(what),
    settings: {
      HOLDFAST_DATABASE_URL: site.urlOf(toDatabase ?? 0, database),
      HOLDFAST_REDIS_URL: `redis://127.0.0.1:${toQueue}`,
      HOLDFAST_LOCK_URLS: toLocks.map((port) => `redis://127.0.0.1:${port}`).join(','),
      HOLDFAST_LOCK_TTL_MS: String(LOCK_TTL_MS),
      HOLDFAST_QUEUE_PREFIX: prefixOf(database),
      HOLDFAST_SWEEP_MS: String(SWEEP_MS),
      HOLDFAST_HOLD_SECONDS: '3',
      HOLDFAST_HTTP_PORT: String(site.doorPort),
      HOLDFAST_GRPC_PORT: '0',
      HOLDFAST_RATE_LIMIT: '1000000',
      HOLDFAST_PRODUCER_TOKENS: TOKENS.producer,
      HOLDFAST_PAYMENTS_TOKENS: TOKENS.payments,
      HOLDFAST_VIEWER_TOKENS: TOKENS.viewer,
      HOLDFAST_OPERATOR_TOKENS: TOKENS.operator,
      HOLDFAST_PAYMENT_SECRETS: PAYMENT_SECRET,
      HOLDFAST_LOG_LEVEL: logLevel,
      HOLDFAST_LOG_FORMAT: 'json',
      ...options.settings,
    },
  });
}
