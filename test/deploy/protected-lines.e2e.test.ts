import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../src/mysql/index.ts';
import { audit } from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { documentIn, whatItSaid } from '../support/command-run.ts';
import { OwnAuthority } from '../support/own-authority.ts';
import { PrivateDatabase } from '../support/private-database.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { programEnvironment } from '../support/program-environment.ts';
import { freePorts, type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';

const mariadb = { found: programOnPath('mariadbd'), packages: 'mariadb-server-core openssl' };
const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const PRODUCER = 'a-long-random-producer';
const PAYMENTS = 'a-long-random-payments';

interface Health {
  readonly checks: readonly {
    readonly what: string;
    readonly ok: boolean;
    readonly found: string;
  }[];
}

describeWith(mariadb, 'lines that a private authority vouches for', function (command) {
  this.timeout(150_000);
  let folder: string;
  let database: PrivateDatabase;
  let redis: RedisNodes;
  let settings: Record<string, string>;
  let stranger: OwnAuthority;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-tls-'));
    const authority = await OwnAuthority.make(folder, 'authority');
    stranger = await OwnAuthority.make(folder, 'stranger');
    const server = await authority.vouchFor('server', 'IP:127.0.0.1,DNS:localhost');
    const client = await authority.vouchFor('client');
    database = await PrivateDatabase.start(command, [
      `--ssl-ca=${authority.file}`,
      `--ssl-cert=${server.certFile}`,
      `--ssl-key=${server.keyFile}`,
    ]);
    await database.asked((sql) => sql.write("ALTER USER 'holdfast'@'127.0.0.1' REQUIRE X509"));
    const ports = await freePorts(4);
    const files = ['--tls-cert-file', server.certFile, '--tls-key-file', server.keyFile];
    const ask = ['--tls-ca-cert-file', authority.file, '--tls-auth-clients', 'yes'];
    const safe = ['--maxmemory-policy', 'noeviction', ...files, ...ask];
    redis = await startRedisNodes(4, safe, ports);
    const [queue, ...locks] = ports.map((port) => `rediss://127.0.0.1:${port}`);
    const databaseFile = join(folder, 'database-url');
    await writeFile(
      databaseFile,
      `${database.url().replace('mysql://', 'mysqls://').replace('127.0.0.1', 'localhost')}\n`,
    );
    settings = {
      HOLDFAST_DATABASE_URL: '',
      HOLDFAST_DATABASE_URL_FILE: databaseFile,
      HOLDFAST_REDIS_URL: queue ?? '',
      HOLDFAST_LOCK_URLS: locks.join(','),
      HOLDFAST_TLS_CA_FILE: authority.file,
      HOLDFAST_TLS_CERT_FILE: client.certFile,
      HOLDFAST_TLS_KEY_FILE: client.keyFile,
      HOLDFAST_HTTP_PORT: '0',
      HOLDFAST_GRPC_PORT: '0',
      HOLDFAST_SWEEP_MS: '200',
      HOLDFAST_PRODUCER_TOKENS: PRODUCER,
      HOLDFAST_PAYMENTS_TOKENS: PAYMENTS,
    };
  });
  after(async () => {
    await redis.stop();
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('carry the whole saga, with passwords from files', async () => {
    const fleet = new ProcessFleet(settings);
    const system = await fleet.start('src/app/run-system.js');
    const url = String(fleet.saidBy(system)['httpUrl']);
    const asked = async (token: string, path: string, body: object) => {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
      return response.status;
    };
    /** A machine with too much to do answers 503, and means it. */
    const post = async (token: string, path: string, body: object) => {
      await until(async () => (await asked(token, path, body)) < 300, 30_000, path, 200);
    };
    const plain = await adminOf(database);
    try {
      await sagaOver(plain).restock(7, 10);
      for (const [orderId, holdSeconds] of [
        ['paid', 900],
        ['due', 1],
      ] as const) {
        const lines = [{ goodsId: 7, quantity: 1 }];
        await post(PRODUCER, '/v1/orders?wait=10s', { orderId, lines, holdSeconds });
      }
      await post(PAYMENTS, '/v1/orders/paid/payments', { paymentId: 'p1' });
      const states = async () => {
        const rows = await plain.rows<{ state: string }>('SELECT state FROM orders');
        return rows
          .map(({ state }) => state)
          .toSorted()
          .join(' ');
      };
      await until(async () => (await states()) === 'expired paid', 20_000, 'both ends');
      expect((await audit(plain)).balanced).to.equal(true);
      const used = await plain.rows<{ fence: number }>('SELECT MAX(fence) AS fence FROM movements');
      expect(Number(used[0]?.fence)).to.be.greaterThan(0);
    } finally {
      await plain.close();
      expect(await fleet.stop()).to.deep.equal([0]);
    }
  });

  const doctor = async (more: Record<string, string>) => {
    const env = programEnvironment({
      ...settings,
      HOLDFAST_HOME: join(folder, 'no-home'),
      ...more,
    });
    const child = spawn(process.execPath, [CLI, 'doctor', '--json'], { env });
    const { checks } = documentIn<Health>((await whatItSaid(child)).stdout);
    return (what: string) => checks.find((one) => one.what === what);
  };

  it('are taken by doctor, and refused with the name of the setting', async () => {
    const right = await doctor({});
    for (const what of ['database', 'redis', 'locks']) {
      expect(right(what), what).to.include({ ok: true });
    }
    const wrong = await doctor({ HOLDFAST_TLS_CA_FILE: stranger.file });
    for (const what of ['database', 'redis']) {
      expect(wrong(what), what).to.include({ ok: false });
      expect(wrong(what)?.found, what).to.include('certificate').and.include('HOLDFAST_TLS_CA');
    }
    expect(wrong('locks')?.ok).to.equal(false);
  });
});

async function adminOf(database: PrivateDatabase) {
  const url = database.url().replace(/holdfast:[^@]+@/, 'admin:admin@');
  return openDatabase({ url, logger: silentLogger, poolSize: 2 });
}
