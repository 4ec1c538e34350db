import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { AppError, pause, systemClock, systemRandom } from '../../src/kernel/index.ts';
import { choosePorts } from '../../src/launch/free-ports.ts';
import { GuardedProcess } from '../../src/launch/guarded-process.ts';
import { PROJECT_FOLDER } from '../machine.ts';

/** Members of each: the fewest of which one may fail. */
const MEMBERS = [1, 2, 3] as const;
const STARTING_MS = 30_000;
const LOOK_MS = 50;

const ZOOKEEPER_JAR = '/usr/share/java/zookeeper.jar';
const THRIFTY = ['-Xmx128m', '-XX:+UseSerialGC'];

export interface PrivateClusters {
  /** URL and version; undefined: the program is not on this machine. */
  readonly etcd: PrivateCluster | undefined;
  readonly zookeeper: PrivateCluster | undefined;
  stop(): Promise<void>;
}

export interface PrivateCluster {
  readonly url: string;
  readonly version: string;
}

/** Starts what this machine has, on loopback, with disks written as by default. */
export async function startClusters(wanted: (name: string) => boolean): Promise<PrivateClusters> {
  // Not in the temporary folder: that may lie in memory, and a flush to memory costs nothing.
  const parent = path.join(PROJECT_FOLDER, '.holdfast');
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(path.join(parent, 'bench-clusters-'));
  const servers: GuardedProcess[] = [];
  const floor: ClusterFloor = {
    folder,
    start: (name, command, args) => {
      const logFile = path.join(folder, `${name}.log`);
      const server = new GuardedProcess({ name, command, args, logFile });
      servers.push(server);
      return server;
    },
  };
  const stop = async () => {
    for (const server of servers) server.kill(); // nothing of theirs is kept
    await Promise.all(servers.map((server) => server.exited));
    rmSync(folder, { recursive: true, force: true });
  };
  // The servers would end by themselves with this process, but their files would stay.
  process.once('SIGTERM', () => void stop().finally(() => process.exit(1)));
  try {
    const [etcd, zookeeper] = await Promise.all([
      wanted('etcd') ? startEtcd(floor) : undefined,
      wanted('zookeeper') ? startZooKeeper(floor) : undefined,
    ]);
    return { etcd, zookeeper, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface ClusterFloor {
  readonly folder: string;
  start(name: string, command: string, args: readonly string[]): GuardedProcess;
}

async function startEtcd(floor: ClusterFloor): Promise<PrivateCluster | undefined> {
  const command = programOf('etcd');
  if (command === undefined) return undefined;
  const ports = await portsFor(['client', 'peer']);
  const url = (kind: 'client' | 'peer', member: number) =>
    `http://127.0.0.1:${ports[`${kind}${member}`]}`;
  const cluster = MEMBERS.map((member) => `m${member}=${url('peer', member)}`).join(',');
  await Promise.all(
    MEMBERS.map((member) => {
      const settings = {
        '--name': `m${member}`,
        '--data-dir': path.join(floor.folder, `etcd${member}`),
        '--listen-client-urls': url('client', member),
        '--advertise-client-urls': url('client', member),
        '--listen-peer-urls': url('peer', member),
        '--initial-advertise-peer-urls': url('peer', member),
        '--initial-cluster': cluster,
      };
      const server = floor.start(`etcd${member}`, command, Object.entries(settings).flat());
      // Answered only by a member that is in touch with a majority.
      return untilUp(server, async () => {
        const body = JSON.stringify({ key: 'AA==' });
        const range = `${url('client', member)}/v3/kv/range`;
        const signal = AbortSignal.timeout(2000);
        return (await fetch(range, { method: 'POST', body, signal })).ok;
      });
    }),
  );
  const said = execFileSync(command, ['--version'], { encoding: 'utf8' });
  const addresses = MEMBERS.map((member) => `127.0.0.1:${ports[`client${member}`]}`);
  return {
    url: `etcd://${addresses.join(',')}`,
    version: /Version: (\S+)/.exec(said)?.[1] ?? 'unknown',
  };
}

async function startZooKeeper(floor: ClusterFloor): Promise<PrivateCluster | undefined> {
  const java = programOf('java');
  if (java === undefined || !existsSync(ZOOKEEPER_JAR)) return undefined;
  const ports = await portsFor(['client', 'follow', 'elect']);
  const peers = MEMBERS.map(
    (member) => `server.${member}=127.0.0.1:${ports[`follow${member}`]}:${ports[`elect${member}`]}`,
  );
  const versions = await Promise.all(
    MEMBERS.map(async (member) => {
      const home = path.join(floor.folder, `zookeeper${member}`);
      const port = ports[`client${member}`] ?? 0;
      mkdirSync(home);
      writeFileSync(path.join(home, 'myid'), String(member));
      const settings = [
        'tickTime=500',
        'initLimit=20',
        'syncLimit=10',
        `dataDir=${home}`,
        `clientPort=${port}`,
        'clientPortAddress=127.0.0.1',
        'admin.enableServer=false',
        'maxSessionTimeout=60000',
        '4lw.commands.whitelist=srvr',
        ...peers,
      ];
      const file = path.join(home, 'zoo.cfg');
      writeFileSync(file, `${settings.join('\n')}\n`);
      const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
      const args = [...THRIFTY, '-cp', ZOOKEEPER_JAR, main, file];
      const server = floor.start(`zookeeper${member}`, java, args);
      let said = '';
      await untilUp(server, async () => {
        said = await answerOf(port, 'srvr');
        return said.includes('Mode:');
      });
      return /version: ([\d.]+)/.exec(said)?.[1] ?? 'unknown';
    }),
  );
  const addresses = MEMBERS.map((member) => `127.0.0.1:${ports[`client${member}`]}`);
  return { url: `zookeeper://${addresses.join(',')}`, version: versions[0] ?? 'unknown' };
}

function portsFor(kinds: readonly string[]): Promise<Record<string, number>> {
  const names = kinds.flatMap((kind) => MEMBERS.map((member) => `${kind}${member}`));
  return choosePorts(names, {}, systemRandom);
}

async function untilUp(server: GuardedProcess, isUp: () => Promise<boolean>): Promise<void> {
  const until = systemClock.monotonicMs() + STARTING_MS;
  // A question that fails is one that came too soon; the bound ends it.
  while (!(await isUp().catch(() => false))) {
    if (server.hasExited || systemClock.monotonicMs() > until) {
      throw new AppError(
        'server-not-started',
        `${server.name} did not start. The end of its log:\n\n${server.lastWords()}`,
      );
    }
    await pause(LOOK_MS);
  }
}

function answerOf(port: number, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => void socket.write(question));
    socket.setTimeout(1000, () => socket.destroy(new Error('it is silent')));
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(said));
  });
}

/** Where a program is; undefined when this machine does not have it. */
function programOf(name: string): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined; // what a shell says of a program that is not there
  }
}
