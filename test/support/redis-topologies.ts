import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { present } from '../../src/kernel/index.ts';
import { redisCommand } from './environment.ts';
import { PrivateProgram } from './private-program.ts';
import { freePorts } from './redis-nodes.ts';
import { until } from './until.ts';

/** Servers that keep the data of one Redis together, as one of the ways to run it. */
export interface Topology {
  readonly url: string;
  readonly replicas: number;
  /** Does another server take over when the master dies? */
  readonly failsOver: boolean;
  /** The server that has the keys with this hash tag now. */
  masterOf(tag: string): Promise<TopologyServer>;
  stop(): Promise<void>;
}

export interface TopologyServer extends PrivateProgram {
  readonly port: number;
}

const KEPT = ['--save', '', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
const COPIES = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
const DOWN_AFTER_MS = 2000;
const MASTER = 'mymaster';

class Server extends PrivateProgram implements TopologyServer {
  readonly port: number;

  constructor(command: string, port: number, args: readonly string[]) {
    super(command, args, () => asked(port, (client) => client.ping()));
    this.port = port;
  }
}

/** One question over a connection of its own. */
async function asked<T>(port: number, ask: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({
    port,
    lazyConnect: true,
    connectTimeout: 1000,
    commandTimeout: 1000,
    retryStrategy: () => null,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await ask(client);
  } finally {
    client.disconnect();
  }
}

interface Room {
  readonly folder: string;
  readonly command: string;
  /** Everything that was started here. */
  readonly servers: Server[];
  server(port: number, extra: readonly string[]): Server;
}

/** What fails half way leaves nothing running. */
async function inRoom(start: (room: Room) => Promise<Topology>): Promise<Topology> {
  const room = await makeRoom();
  try {
    return await start(room);
  } catch (error) {
    await stopAll(room);
    throw error;
  }
}

async function makeRoom(): Promise<Room> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-topology-'));
  const command = await redisCommand(folder);
  const servers: Server[] = [];
  return {
    folder,
    command,
    servers,
    server: (port, extra) => {
      const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
      const files = ['--appenddirname', `aof-${port}`, '--dbfilename', `${port}.rdb`];
      const server = new Server(command, port, [...own, ...files, ...KEPT, ...COPIES, ...extra]);
      servers.push(server);
      return server;
    },
  };
}

async function stopAll(room: Room): Promise<void> {
  await Promise.all(room.servers.map((server) => server.kill()));
  await rm(room.folder, { recursive: true, force: true });
}

/** A master with so many servers that copy it; nobody takes over. */
export async function startReplicated(replicas: number): Promise<Topology> {
  return await inRoom((room) => replicated(room, replicas));
}

async function replicated(room: Room, replicas: number): Promise<Topology> {
  const [port = 0, ...others] = await freePorts(1 + replicas);
  const master = room.server(port, []);
  const servers = [master, ...others.map((one) => room.server(one, replicaOf(port)))];
  for (const server of servers) await server.start();
  await until(() => replicasAreOnline(port, replicas), 10_000);
  return {
    url: `redis://127.0.0.1:${port}`,
    replicas,
    failsOver: false,
    masterOf: async () => master,
    stop: () => stopAll(room),
  };
}

function replicaOf(port: number): string[] {
  return ['--replicaof', `127.0.0.1 ${port}`, '--replica-announce-ip', '127.0.0.1'];
}

async function replicasAreOnline(port: number, count: number): Promise<boolean> {
  const info = await asked(port, (client) => client.info('replication'));
  return (info.match(/state=online/g) ?? []).length === count;
}

/** A master with two replicas, and three sentinels that agree on who is the master. */
export async function startSentinel(): Promise<Topology> {
  return await inRoom(watchedBySentinels);
}

async function watchedBySentinels(room: Room): Promise<Topology> {
  const [port = 0, second = 0, third = 0, ...watchers] = await freePorts(6);
  const servers = [
    room.server(port, ['--replica-announce-ip', '127.0.0.1']),
    ...[second, third].map((one) => room.server(one, replicaOf(port))),
  ];
  for (const server of servers) await server.start();
  await until(() => replicasAreOnline(port, 2), 10_000);
  const sentinels = await Promise.all(watchers.map((one) => sentinel(room, one, port)));
  await Promise.all(sentinels.map((one) => one.start()));
  const first = present(watchers[0], 'a sentinel');
  await until(async () => {
    // It answers with an error while there are too few.
    const answer = await asked(first, (client) =>
      client.call('SENTINEL', 'CKQUORUM', MASTER).catch(() => 'too few'),
    );
    const seen = await asked(first, (client) => client.call('SENTINEL', 'REPLICAS', MASTER));
    return String(answer).startsWith('OK 3') && (seen as unknown[]).length === 2;
  }, 20_000);
  return {
    url: `redis+sentinel://${watchers.map((one) => `127.0.0.1:${one}`).join(',')}/${MASTER}`,
    replicas: 2,
    failsOver: true,
    masterOf: async () => {
      const told = await asked(first, (client) =>
        client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER),
      );
      const at = Number((told as string[])[1]);
      return present(
        servers.find((server) => server.port === at),
        `the master ${at}`,
      );
    },
    stop: () => stopAll(room),
  };
}

/** Sentinels write down what they learn, in the file they were started with. */
async function sentinel(room: Room, port: number, master: number): Promise<Server> {
  const file = join(room.folder, `sentinel-${port}.conf`);
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${room.folder}`,
    'sentinel announce-ip 127.0.0.1',
    `sentinel monitor ${MASTER} 127.0.0.1 ${master} 2`,
    `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER} 10000`,
    `sentinel parallel-syncs ${MASTER} 1`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const server = new Server(room.command, port, [file, '--sentinel']);
  room.servers.push(server);
  return server;
}

/** Three masters with a replica each. */
export async function startCluster(): Promise<Topology> {
  return await inRoom(clustered);
}

async function clustered(room: Room): Promise<Topology> {
  const numbers = await freePorts(12);
  const ports = numbers.slice(0, 6);
  const servers = ports.map((port, index) =>
    room.server(
      port,
      [
        ['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${port}.conf`],
        ['--cluster-node-timeout', String(DOWN_AFTER_MS)],
        ['--cluster-port', String(numbers[6 + index])],
      ].flat(),
    ),
  );
  await Promise.all(servers.map((server) => server.start()));
  await makeCluster(ports, numbers.slice(6));
  return {
    url: `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
    replicas: 3,
    failsOver: true,
    masterOf: async (tag) => {
      for (const { port } of servers) {
        const owner = await ownerOf(port, tag).catch(() => undefined); // this one may be dead
        const server = servers.find((one) => one.port === owner);
        if (server) return server;
      }
      throw new Error(`nobody has ${tag}`);
    },
    stop: () => stopAll(room),
  };
}

async function makeCluster(ports: readonly number[], buses: readonly number[]): Promise<void> {
  const [first = 0, ...others] = ports;
  const masters = ports.slice(0, 3);
  const share = Math.ceil(16_384 / masters.length);
  for (const [index, port] of masters.entries()) {
    const last = Math.min(16_383, (index + 1) * share - 1);
    await asked(port, (client) => client.call('CLUSTER', 'ADDSLOTSRANGE', index * share, last));
  }
  for (const [index, port] of others.entries()) {
    const bus = String(buses[index + 1]);
    await asked(first, (client) => client.call('CLUSTER', 'MEET', '127.0.0.1', port, bus));
  }
  const knowsAll = async (port: number) =>
    (await clusterInfo(port)).includes('cluster_known_nodes:6') &&
    !(await asked(port, (client) => client.call('CLUSTER', 'NODES')).then(String)).includes(
      'handshake',
    );
  await until(async () => (await Promise.all(ports.map(knowsAll))).every(Boolean), 15_000);
  for (const [index, port] of ports.slice(3).entries()) {
    const master = present(masters[index], 'a master to copy');
    const id = String(await asked(master, (client) => client.call('CLUSTER', 'MYID')));
    await asked(port, (client) => client.call('CLUSTER', 'REPLICATE', id));
  }
  const isWhole = async (port: number) =>
    (await clusterInfo(port)).includes('cluster_state:ok') && (await replicasAreOnline(port, 1));
  await until(async () => (await Promise.all(masters.map(isWhole))).every(Boolean), 20_000);
}

async function clusterInfo(port: number): Promise<string> {
  return String(await asked(port, (client) => client.call('CLUSTER', 'INFO')));
}

async function ownerOf(port: number, tag: string): Promise<number | undefined> {
  return await asked(port, async (client) => {
    const slot = Number(await client.call('CLUSTER', 'KEYSLOT', `{${tag}}`));
    const ranges = (await client.call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
    return ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
  });
}
