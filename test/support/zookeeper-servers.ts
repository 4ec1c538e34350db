import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { present } from '../../src/kernel/index.ts';
import { type PrivateCluster, PrivateProgram } from './private-program.ts';
import { freePorts } from './redis-nodes.ts';

/** Where Debian keeps it; it is run by the Java on the path. */
export const ZOOKEEPER_JAR = '/usr/share/java/zookeeper.jar';

const MAIN = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
const THRIFTY = ['-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export interface ZooKeeperServers extends PrivateCluster {
  readonly ports: readonly number[];
}

/** Starts a private ensemble on free ports. What it knows survives a kill, not the stop. */
export async function startZooKeeper(count = 1): Promise<ZooKeeperServers> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-zookeeper-'));
  const ports = await freePorts(count * 3);
  const clients = ports.slice(0, count);
  const members = await Promise.all(
    clients.map(async (port, index) => {
      const home = join(directory, `m${index + 1}`);
      await mkdir(home);
      await writeFile(join(home, 'myid'), String(index + 1));
      const config = join(home, 'zoo.cfg');
      await writeFile(config, settings(home, port, ports.slice(count)));
      const java = [...THRIFTY, '-Dznode.container.checkIntervalMs=3600000', '-cp', ZOOKEEPER_JAR];
      return new PrivateProgram('java', [...java, MAIN, config], () => serves(port));
    }),
  );
  await Promise.all(members.map((member) => member.start()));
  return {
    members,
    ports: clients,
    url: `zookeeper://${clients.map((port) => `127.0.0.1:${port}`).join(',')}`,
    at: (index) => present(members[index], `ZooKeeper member ${index}`),
    clear: () => Promise.resolve(), // what a session made has gone with it
    stop: async () => {
      await Promise.all(members.map((member) => member.kill()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function settings(home: string, port: number, peers: readonly number[]): string {
  const count = peers.length / 2;
  const lines = [
    'tickTime=200',
    'initLimit=50',
    'syncLimit=15',
    `dataDir=${home}`,
    `clientPort=${port}`,
    'clientPortAddress=127.0.0.1',
    'admin.enableServer=false',
    'minSessionTimeout=400',
    'maxSessionTimeout=60000',
    '4lw.commands.whitelist=srvr',
    'forceSync=no',
  ];
  if (count > 1) {
    for (let index = 0; index < count; index += 1) {
      lines.push(`server.${index + 1}=127.0.0.1:${peers[index]}:${peers[count + index]}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Rejects until the member serves, which it does in touch with a majority only. */
function serves(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => void socket.write('srvr'));
    socket.setTimeout(1000, () => socket.destroy(new Error('it is silent')));
    socket.on('data', (data: Buffer) => {
      said += data.toString('utf8');
    });
    socket.on('error', reject);
    socket.on('close', () => {
      if (said.includes('Mode:')) resolve();
      else reject(new Error(said));
    });
  });
}
