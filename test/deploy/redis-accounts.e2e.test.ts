import { expect } from 'chai';
import { Redis } from 'ioredis';
import { openQueues } from '../../src/queues/index.ts';
import { connectRedis, readReplication } from '../../src/redis/index.ts';
import { audit } from '../../src/saga/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { CommandLine, documentIn } from '../support/command-run.ts';
import { projectFile } from '../support/compose-file.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { GuardedRedis } from '../support/guarded-redis.ts';
import { NoticeReceiver } from '../support/notice-receiver.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';

const ROOT = new URL('../../../', import.meta.url);
const QUEUE = new URL('deploy/redis/queue.acl', ROOT);
const LOCK = new URL('deploy/redis/lock.acl', ROOT);
const GUIDE = 'docs/how-to/go-to-production.md';

const ACCESS = {
  HOLDFAST_PRODUCER_TOKENS: 'a-long-random-producer',
  HOLDFAST_PAYMENTS_TOKENS: 'a-long-random-payments',
  HOLDFAST_VIEWER_TOKENS: 'a-long-random-viewer',
  HOLDFAST_OPERATOR_TOKENS: 'a-long-random-operator',
  HOLDFAST_PAYMENT_SECRETS: 'a-long-random-secret',
  HOLDFAST_NOTICE_SECRETS: 'a-long-random-secret-of-notices',
};

/** What somebody with a stolen password would try. */
const BEYOND = [
  'FLUSHALL',
  'FLUSHDB',
  'KEYS *',
  'SCAN 0',
  'RANDOMKEY',
  'SWAPDB 0 1',
  'CONFIG GET *',
  'CONFIG SET dir /tmp',
  'ACL LIST',
  'ACL SETUSER other on nopass +@all',
  'SHUTDOWN',
  'MONITOR',
  'CLIENT KILL TYPE normal',
  'REPLICAOF 127.0.0.1 1',
  'SCRIPT FLUSH',
  'FUNCTION FLUSH',
  'SAVE',
  'BGREWRITEAOF',
  'GET other',
  'SET other 1',
  'PUBLISH other 1',
];

/** So many goods that a lock on all of them is a large set to its nodes. */
const WIDE = Array.from({ length: 12 }, (_, index) => 100 + index);

const CLUSTERED = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];

type Answer = Readonly<Record<string, unknown>>;

describe('the Redis accounts of deploy/redis', function () {
  this.timeout(120_000);
  const running: { stop(): Promise<unknown> }[] = [];
  let cli: CommandLine;
  let receiver: NoticeReceiver;

  const guarded = async (
    file: URL,
    change?: (text: string) => string,
    more?: readonly string[],
  ): Promise<GuardedRedis> => {
    const redis = await GuardedRedis.start(file, change, more);
    running.unshift(redis);
    return redis;
  };

  before(async () => {
    cli = new CommandLine(await freshDatabase());
    receiver = await NoticeReceiver.open();
    const saga = sagaOver(cli.fresh.database);
    for (const goodsId of [7, ...WIDE]) await saga.restock(goodsId, 1000);
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
  });
  after(async () => {
    await receiver.goAway();
    await cli.fresh.drop();
  });

  /** Workers and doors that know these servers only. */
  const system = async (queue: GuardedRedis, nodes: readonly GuardedRedis[]) => {
    const settings: Record<string, string> = {
      ...ACCESS,
      HOLDFAST_DATABASE_URL: cli.fresh.url,
      HOLDFAST_REDIS_URL: queue.url,
      HOLDFAST_LOCK_URLS: nodes.map(({ url }) => url).join(','),
      HOLDFAST_QUEUE_PREFIX: '{holdfast}',
      HOLDFAST_NOTICE_URL: receiver.url,
      HOLDFAST_HTTP_PORT: '0',
      HOLDFAST_GRPC_PORT: '0',
      HOLDFAST_SWEEP_MS: '200',
    };
    const fleet = new ProcessFleet(settings);
    running.unshift(fleet);
    const first = await fleet.start('src/app/run-system.js');
    // Two of them meet each other's locks.
    await fleet.start('workers/all.js');
    const url = String(fleet.saidBy(first)['httpUrl']);
    const send = async (
      role: 'PRODUCER' | 'PAYMENTS' | 'OPERATOR',
      method: string,
      path: string,
      body?: Answer,
    ) => {
      const type = { 'content-type': 'application/json' };
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${ACCESS[`HOLDFAST_${role}_TOKENS`]}`,
          ...(body && type),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      expect(response.status, `${method} ${path}: ${text.slice(0, 300)}`).to.be.below(300);
      return text;
    };
    return { settings, send };
  };
  type System = Awaited<ReturnType<typeof system>>;

  /** Reserved and paid for; reserved and left to expire; cancelled; all at once, for the locks. */
  const sell = async ({ send }: System): Promise<void> => {
    const place = async (orderId: string, holdSeconds: number) => {
      const lines = [{ goodsId: 7, quantity: 1 }];
      await send('PRODUCER', 'POST', '/v1/orders?wait=10s', { orderId, lines, holdSeconds });
    };
    const wide = WIDE.map((goodsId) => ({ goodsId, quantity: 1 }));
    await send('PRODUCER', 'POST', '/v1/orders?wait=10s', { orderId: 'wide', lines: wide });
    const names = (kind: string) => Array.from({ length: 20 }, (_, n) => `${kind}-${n}`);
    await Promise.all([
      ...names('paid').map(async (id) => {
        await place(id, 900);
        await send('PAYMENTS', 'POST', `/v1/orders/${id}/payments`, { paymentId: `p-${id}` });
      }),
      ...names('due').map((id) => place(id, 1)),
      ...names('gone').map(async (id) => {
        await place(id, 900);
        await send('PRODUCER', 'POST', `/v1/orders/${id}/cancel`, {});
      }),
    ]);
  };

  /** What a producer with a queue client sends, each twice. */
  const feed = async ({ settings }: System): Promise<void> => {
    const fleet = new ProcessFleet(settings);
    const about = [
      settings['HOLDFAST_REDIS_URL'] ?? '',
      '{holdfast}',
      'orders',
      '0',
      '30',
      '1',
      '',
    ];
    expect(await fleet.run('test/e2e/stand-ins/plain-producer.js', ...about)).to.equal(0);
  };

  const ordersIn = async (state: string): Promise<number> => {
    const [row] = await cli.fresh.database.rows<{ n: number }>(
      'SELECT COUNT(*) AS n FROM orders WHERE state = ?',
      [state],
    );
    return row?.n ?? 0;
  };

  it('may do all that the program does, and are refused nothing', async () => {
    const queue = await guarded(QUEUE);
    const nodes = await Promise.all([guarded(LOCK), guarded(LOCK), guarded(LOCK)]);
    const whole = await system(queue, nodes);
    await feed(whole);
    await sell(whole);
    await until(async () => (await ordersIn('expired')) === 50, 30_000, 'the expiries');
    await until(() => receiver.taken().length >= 110, 30_000, 'the notices');
    expect([await ordersIn('paid'), await ordersIn('cancelled')]).to.deep.equal([20, 20]);
    const board = await whole.send('OPERATOR', 'GET', '/queues/api/queues');
    const { queues } = JSON.parse(board) as { queues: { counts: Record<string, number> }[] };
    expect(queues).to.have.length.at.least(4);
    expect(await whole.send('OPERATOR', 'GET', '/metrics')).to.match(
      /^holdfast_queue_oldest_waiting_seconds\{/m,
    );
    expect(await whole.send('OPERATOR', 'GET', '/v1/console/now')).to.include('"seconds"');
    expect(JSON.parse(await whole.send('OPERATOR', 'GET', '/readyz'))).to.include({ ready: true });
    for (const act of ['pause', 'resume', 'clean/completed', 'retry/failed']) {
      await whole.send('OPERATOR', 'PUT', `/queues/api/queues/order-placed/${act}`);
    }
    for (const command of ['doctor --production --json', 'queues --json', 'locks show 7 --json']) {
      const { stdout } = await cli.run(command.split(' '), whole.settings);
      expect(documentIn<Answer>(stdout)).to.be.an('object');
    }
    expect((await audit(cli.fresh.database)).balanced).to.equal(true);
    for (const one of [queue, ...nodes]) expect(await one.refusals()).to.deep.equal([]);
  });

  it('may do on a cluster what is asked of one', async () => {
    const queue = await guarded(QUEUE, undefined, CLUSTERED);
    await queue.admin.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    const info = async () => String(await queue.admin.call('CLUSTER', 'INFO'));
    await until(async () => (await info()).includes('cluster_state:ok'), 10_000);
    const connection = connectRedis(queue.url.replace('redis:', 'redis+cluster:'), 'producer', {
      logger: silentLogger,
      name: 'test-cluster',
    });
    const queues = openQueues({ connection, prefix: '{holdfast}', onError: () => undefined });
    await queues.ready(5000);
    await queues.add('order-placed', [{ orderId: 'c1', lines: [{ goodsId: 7, quantity: 1 }] }]);
    expect((await queues.counts()).map(({ waiting }) => waiting)).to.include(1);
    expect(await readReplication(connection)).to.include({ role: 'master', noEviction: true });
    await queues.close();
    expect(await queue.refusals()).to.deep.equal([]);
  });

  it('may do nothing else, and touch no keys of others', async () => {
    for (const [file, own] of [
      [QUEUE, '{holdfast}:x'],
      [LOCK, 'lock:goods:7'],
    ] as const) {
      const redis = await guarded(file);
      const client = new Redis(redis.url, { lazyConnect: true });
      running.unshift({ stop: async () => client.disconnect() });
      await client.connect();
      expect(await client.set(own, '1')).to.equal('OK');
      for (const words of BEYOND) {
        const [command = '', ...args] = words.split(' ');
        const answer = await client.call(command, ...args).catch((error: unknown) => error);
        expect(String(answer), words).to.include('NOPERM');
      }
      const last = (await redis.refusals()).map(({ user }) => user);
      expect(new Set(last)).to.deep.equal(new Set(['holdfast']));
      const stranger = new Redis(redis.port, '127.0.0.1', { lazyConnect: true });
      stranger.on('error', () => undefined);
      await stranger.connect().catch(() => undefined); // what it asks on its way is refused as well
      expect(String(await stranger.ping().catch((error: unknown) => error))).to.include('NOAUTH');
      stranger.disconnect();
    }
  });

  it('would be seen to lack a command that is needed', async () => {
    const without = (command: string) => (text: string) =>
      text.replace(/^(user holdfast .*)$/m, `$1 -${command}`);
    const queue = await guarded(QUEUE, without('bzpopmin'));
    const nodes = await Promise.all([1, 2, 3].map(() => guarded(LOCK, without('mget'))));
    const { send } = await system(queue, nodes);
    const lines = [{ goodsId: 7, quantity: 1 }];
    await send('PRODUCER', 'POST', '/v1/orders?wait=10s', { orderId: 'one', lines });
    for (const [redis, object] of [[queue, 'bzpopmin'], ...nodes.map((one) => [one, 'mget'])] as [
      GuardedRedis,
      string,
    ][]) {
      await until(async () => (await redis.refusals()).length > 0, 10_000, `refusals of ${object}`);
      const found = (await redis.refusals()).map((one) => one.object);
      expect(new Set(found)).to.deep.equal(new Set([object]));
    }
  });

  it('stand in the guide as they are in the files', () => {
    const guide = projectFile(GUIDE);
    for (const name of ['queue', 'lock']) {
      const [, account = ''] = projectFile(`deploy/redis/${name}.acl`).trimEnd().split('\n');
      expect(guide).to.include(account);
    }
  });
});
