import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PrivateProgram } from './private-program.ts';
import { freePorts } from './redis-nodes.ts';

const run = promisify(execFile);
const START_MS = 120_000;
const TOOL_MS = 60_000;

/** Needed beside the gateway itself: what keeps its objects, and the tools that set it up. */
export const GATEWAY_PACKAGES = 'radosgw ceph-mon ceph-osd ceph-common';

export interface RadosGateway {
  readonly url: string;
  stop(): Promise<void>;
}

interface Cluster {
  readonly folder: string;
  readonly conf: string;
  readonly keyring: string;
}

/** One monitor, one store in memory, one gateway with one user: a real S3 server on loopback. */
export async function startGateway(
  command: string,
  user: { readonly accessKey: string; readonly secret: string },
): Promise<RadosGateway> {
  const [monPort = 0, port = 0] = await freePorts(2);
  const cluster = await layOut(monPort, port);
  const { folder, conf } = cluster;
  const url = `http://127.0.0.1:${port}`;
  const ask = (...args: string[]) =>
    run('ceph', ['-c', conf, ...args], { timeout: TOOL_MS, killSignal: 'SIGKILL' });
  const program = (name: string, args: readonly string[], greet: () => Promise<unknown>) =>
    new PrivateProgram(name, [...args, '-f', '-c', conf], greet, START_MS);
  const monitor = program('ceph-mon', ['-i', 'a'], () => ask('quorum_status'));
  const store = program('ceph-osd', ['-i', '0'], async () => {
    const { stdout } = await ask('osd', 'stat');
    if (!stdout.includes('1 up')) throw new Error('not up yet');
  });
  const gateway = program(command, ['-n', 'client.rgw.a'], () =>
    fetch(url, { signal: AbortSignal.timeout(5000) }),
  );
  const stop = async () => {
    for (const one of [gateway, store, monitor]) await one.kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await monitor.start();
    const id = randomUUID();
    await ask('osd', 'new', id);
    await run('ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', id, '-c', conf]);
    await store.start();
    await gateway.start();
    const who = ['--uid=test', '--display-name=test', `--access-key=${user.accessKey}`];
    const made = ['-c', conf, 'user', 'create', ...who, `--secret=${user.secret}`];
    await run('radosgw-admin', made, { timeout: TOOL_MS });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function layOut(monPort: number, port: number): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-rgw-'));
  const conf = join(folder, 'ceph.conf');
  const keyring = join(folder, 'keyring');
  const id = randomUUID();
  for (const name of ['mon', 'osd', 'rgw', 'run', 'log']) await mkdir(join(folder, name));
  await writeFile(conf, confOf({ folder, conf, keyring }, id, monPort, port));
  const key = (name: string, create: boolean, ...caps: string[]) =>
    run('ceph-authtool', [
      keyring,
      ...(create ? ['--create-keyring'] : []),
      '--gen-key',
      '-n',
      name,
      ...caps.flatMap((who) => ['--cap', who, 'allow *']),
    ]);
  await key('mon.', true, 'mon');
  for (const name of ['client.admin', 'client.rgw.a', 'osd.0']) {
    await key(name, false, 'mon', 'osd', 'mgr');
  }
  const map = join(folder, 'monmap');
  const address = `[v2:127.0.0.1:${monPort}]`;
  await run('monmaptool', ['--create', '--addv', 'a', address, '--fsid', id, map]);
  const asked = ['--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring, '-c', conf];
  await run('ceph-mon', asked, { timeout: TOOL_MS });
  return { folder, conf, keyring };
}

/** One copy of everything on one store: what a cluster would refuse by itself is allowed here. */
function confOf({ folder, keyring }: Cluster, id: string, monPort: number, port: number): string {
  const settings = {
    fsid: id,
    mon_host: `v2:127.0.0.1:${monPort}`,
    public_network: '127.0.0.0/8',
    ms_bind_msgr1: false,
    auth_cluster_required: 'cephx',
    auth_service_required: 'cephx',
    auth_client_required: 'cephx',
    auth_allow_insecure_global_id_reclaim: false,
    keyring,
    osd_pool_default_size: 1,
    osd_pool_default_min_size: 1,
    osd_pool_default_pg_num: 8,
    osd_pool_default_pgp_num: 8,
    osd_pool_default_pg_autoscale_mode: 'off',
    osd_crush_chooseleaf_type: 0,
    osd_objectstore: 'memstore',
    memstore_device_bytes: 1024 ** 3,
    mon_allow_pool_size_one: true,
    mon_max_pg_per_osd: 1000,
    mon_data_avail_warn: 2,
    mon_data_avail_crit: 1,
    run_dir: join(folder, 'run'),
    admin_socket: join(folder, 'run', '$name.asok'),
    log_file: join(folder, 'log', '$name.log'),
    mon_cluster_log_file: join(folder, 'log', 'cluster.log'),
    mon_data: join(folder, 'mon'),
    osd_data: join(folder, 'osd'),
    rgw_data: join(folder, 'rgw'),
    rgw_frontends: `beast endpoint=127.0.0.1:${port}`,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return `[global]\n${lines.join('\n')}\n`;
}
