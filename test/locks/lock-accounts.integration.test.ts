import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { systemClock, systemRandom } from '../../src/kernel/index.ts';
import type { Locks } from '../../src/locks/index.ts';
import { lineOf } from '../../src/locks/zookeeper/zookeeper-line.ts';
import { ZooKeeperSession } from '../../src/locks/zookeeper/zookeeper-session.ts';
import {
  deleteNode,
  getChildren,
  NO_PERMISSION,
} from '../../src/locks/zookeeper/zookeeper-words.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { type Certificate, makeCertificate } from '../support/certificates.ts';
import { type EtcdServers, startEtcd } from '../support/etcd-servers.ts';
import { heldIn, LockRooms, type LogLine, recordingLogger } from '../support/lock-room.ts';
import { freePorts, type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';
import {
  startZooKeeper,
  ZOOKEEPER_JAR,
  type ZooKeeperServers,
} from '../support/zookeeper-servers.ts';

const PASSWORD = 'hush@1';
const ACCOUNT = 'holdfast:hush%401@';

const etcd = { found: programOnPath('etcd'), packages: 'etcd-server' };
const openssl = { found: programOnPath('openssl'), packages: 'openssl' };
const zookeeper = {
  found: existsSync(ZOOKEEPER_JAR) ? programOnPath('java') : undefined,
  packages: 'zookeeper default-jre-headless',
};

const rooms = new LockRooms();
const lines: LogLine[] = [];
const logger = recordingLogger(lines, true);

function withAccount(url: string, account = ACCOUNT): string {
  return url.replace('://', `://${account}`);
}

/** Two that exclude each other, one of them waiting. */
async function works(one: Locks, two: Locks): Promise<void> {
  const held = heldIn(await one.tryLock(['a', 'b']));
  expect((await two.tryLock(['b'])).kind).to.equal('busy');
  const waiting = two.lock(['b'], { timeoutMs: 5000 });
  await held.renew();
  await held.release();
  const next = heldIn(await waiting);
  expect(next.fence > held.fence).to.equal(true);
  await next.release();
}

async function refusal(locks: Locks): Promise<string> {
  const outcome = await locks.tryLock(['a']);
  if (outcome.kind !== 'unreachable') throw new Error(outcome.kind);
  const told = inspect([outcome, lines], { depth: 9, maxArrayLength: null });
  expect(told).not.to.contain(PASSWORD);
  expect(told).not.to.contain('hush');
  return outcome.reason;
}

describeWith(etcd, 'locks on etcd with users', (command) => {
  let servers: EtcdServers;
  let token = '';
  const asRoot = async (path: string, body: object) => {
    await servers.ask(path, body, 0, token);
  };

  before(async () => {
    servers = await startEtcd(command);
    await servers.ask('/auth/user/add', { name: 'root', password: 'root' });
    await servers.ask('/auth/role/add', { name: 'root' });
    await servers.ask('/auth/user/grant', { user: 'root', role: 'root' });
    await servers.ask('/auth/user/add', { name: 'holdfast', password: PASSWORD });
    await servers.ask('/auth/role/add', { name: 'locks' });
    for (const [key, end] of [
      ['lock:', 'lock;'],
      ['holdfast~', 'holdfast~~'],
    ] as const) {
      const [from, to] = [btoa(key), btoa(end)];
      const perm = { permType: 'READWRITE', key: from, range_end: to };
      await servers.ask('/auth/role/grant', { name: 'locks', perm });
    }
    await servers.ask('/auth/user/grant', { user: 'holdfast', role: 'locks' });
    await servers.ask('/auth/enable', {});
    const words = { name: 'root', password: 'root' };
    token = ((await servers.ask('/auth/authenticate', words)) as { token: string }).token;
  });
  afterEach(() => rooms.close());
  after(() => servers.stop());

  const on = (account?: string) => rooms.on([withAccount(servers.url, account)], { logger });

  it('work for the account of the URL, and are seen', async () => {
    const [one, two] = [on(), on()];
    await works(one, two);
    const held = heldIn(await one.tryLock(['c']));
    expect(await two.isLocked(['c'])).to.equal(true);
    await held.release();
  });

  it('sign in again when the token has lost its worth', async () => {
    const [one, two] = [on(), on()];
    const held = heldIn(await one.tryLock(['a']));
    await asRoot('/auth/user/changepw', { name: 'holdfast', password: PASSWORD });
    await held.renew();
    await held.release();
    await works(two, one);
  });

  it('are refused without an account, or with a wrong password', async () => {
    expect(await refusal(rooms.on([servers.url], { logger }))).to.contain('user name is empty');
    expect(await refusal(on('holdfast:hush@'))).to.contain('authentication failed');
    expect(await refusal(on('nobody:hush@'))).to.contain('authentication failed');
  });
});

describeWith(zookeeper, 'locks on ZooKeeper with an account', () => {
  let servers: ZooKeeperServers;

  before(async () => {
    servers = await startZooKeeper();
  });
  afterEach(() => rooms.close());
  after(() => servers.stop());

  const on = (account?: string) => rooms.on([withAccount(servers.url, account)], { logger });

  it('work, and belong to it alone', async () => {
    const [one, two] = [on(), on()];
    await works(one, two);
    const held = heldIn(await one.tryLock(['a']));
    const stranger = new ZooKeeperSession({
      servers: [{ host: '127.0.0.1', port: servers.ports[0] ?? 0, label: 'it' }],
      account: { user: 'holdfast', password: 'guess' },
      ttlMs: 2000,
      timeoutMs: 1000,
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
    });
    const line = lineOf('lock:goods:', 'a');
    const looks = [getChildren(line), deleteNode(`${line}/x`), deleteNode(line)];
    const asked = await stranger.ask(looks);
    const codes = asked.kind === 'answered' ? asked.replies.map(({ code }) => code) : [];
    expect(codes.slice(0, 1)).to.deep.equal([NO_PERMISSION]);
    expect(codes[2]).to.equal(NO_PERMISSION);
    await stranger.close();
    await held.renew();
  });

  it('are refused to others, with the reason', async () => {
    await works(on(), on());
    expect(await refusal(on('other:hush@'))).to.contain('belongs to another account');
    const plain = rooms.on([servers.url], { logger });
    expect(await refusal(plain)).to.contain('belongs to another account');
  });
});

describeWith(openssl, 'locks over protected lines', () => {
  let directory = '';
  let certificate: Certificate;
  let stranger: Certificate;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-tls-'));
    certificate = await makeCertificate(directory, 'server');
    stranger = await makeCertificate(directory, 'stranger');
  });
  afterEach(() => rooms.close());
  after(() => rm(directory, { recursive: true, force: true }));

  describeWith(etcd, 'to etcd', (command) => {
    let servers: EtcdServers;
    before(async () => {
      servers = await startEtcd(command, 1, certificate);
    });
    after(() => servers.stop());

    it('work with whom the given certificate vouches for, and with nobody else', async () => {
      const on = (ca: string) => rooms.on([servers.url], { tls: { ca }, logger });
      await works(on(certificate.ca), on(certificate.ca));
      expect(await refusal(on(stranger.ca))).to.contain('self-signed certificate');
      expect(await refusal(rooms.on([servers.url]))).to.contain('self-signed certificate');
    });

    it('are protected for all members or for none', () => {
      const mixed = [servers.url, 'etcd://127.0.0.1:1'];
      expect(() => rooms.on(mixed))
        .to.throw('protected in part')
        .with.property('code', 'lock-urls-invalid');
    });
  });

  describe('to Redis', () => {
    let nodes: RedisNodes;
    let url = '';
    before(async () => {
      const files = [
        '--tls-cert-file',
        certificate.certFile,
        '--tls-key-file',
        certificate.keyFile,
      ];
      const [port = 0] = await freePorts(1);
      const others = ['--tls-ca-cert-file', certificate.certFile, '--tls-auth-clients', 'yes'];
      nodes = await startRedisNodes(1, ['--tls-port', String(port), ...files, ...others]);
      url = `rediss://127.0.0.1:${port}`;
    });
    after(() => nodes.stop());

    it('work with whom the given certificate vouches for, who knows us by ours', async () => {
      const { ca, key } = certificate;
      const on = () => rooms.on([url], { tls: { ca, cert: ca, key } });
      await works(on(), on());
      expect(await refusal(rooms.on([url], { tls: { ca: stranger.ca } }))).to.contain('is down');
    });
  });

  it('are no option where the URLs do not ask for them', () => {
    const make = () => rooms.on(['redis://127.0.0.1:1'], { tls: { ca: certificate.ca } });
    expect(make).to.throw('tls as an object').with.property('code', 'lock-options-invalid');
    expect(() => rooms.on(['rediss://127.0.0.1:1'], { tls: { ca: '' } })).to.throw('PEM');
  });
});
