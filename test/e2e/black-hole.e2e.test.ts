import { expect } from 'chai';
import { quantile } from '../../bench/percentiles.ts';
import { present, randomName } from '../../src/kernel/index.ts';
import { audit } from '../../src/saga/index.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { sagaOver } from '../support/saga-fixture.ts';
import { SteadyLoad } from '../support/steady-load.ts';
import { until } from '../support/until.ts';

const PRODUCER = 'producer-of-the-black-hole';
const PER_SECOND = 100;
const SWEEP_MS = 1000;
/** What an answer may take, one in a hundred excepted. */
const ANSWERED_WITHIN_MS = 1000;
/** On a machine that is busy with other things: so many times what it takes in calm weather. */
const SLOWER_AT_MOST = 3;
/** From accepted to decided, in the database's time. */
const DECIDED_WITHIN_MS = SWEEP_MS + 2000;
/** Fewer units than orders: some are sold and some refused. */
const UNITS = 750;

interface Way {
  readonly orderId: string;
  readonly state: string;
  /** A decimal number, which the driver gives as text. */
  readonly decidedAfterMs: string | null;
  /** Milliseconds since it was accepted. */
  readonly age: string;
}

describe('a queue Redis that is away', () => {
  let fresh: FreshDatabase;
  let redis: RedisNodes;
  let proxy: CutProxy;
  let fleet: ProcessFleet;

  beforeEach(async function () {
    this.timeout(20_000);
    fresh = await freshDatabase();
    redis = await startRedisNodes(6, ['--maxmemory-policy', 'noeviction']);
    const [queue, ...locks] = redis.all;
    proxy = new CutProxy(present(queue, 'the queue Redis').port);
    fleet = new ProcessFleet({
      HOLDFAST_DATABASE_URL: fresh.url,
      HOLDFAST_REDIS_URL: `redis://127.0.0.1:${await proxy.listen()}`,
      HOLDFAST_LOCK_URLS: locks.map(({ url }) => url).join(','),
      HOLDFAST_QUEUE_PREFIX: `{${randomName(4)}}`,
      HOLDFAST_HTTP_PORT: '0',
      HOLDFAST_GRPC_PORT: '0',
      HOLDFAST_PRODUCER_TOKENS: PRODUCER,
      HOLDFAST_SWEEP_MS: String(SWEEP_MS),
    });
    await sagaOver(fresh.database).restock(7, UNITS);
  });

  afterEach(async function () {
    this.timeout(40_000);
    const codes = await fleet.stop();
    await proxy.close();
    await redis.stop();
    await fresh.drop();
    expect(codes.every((code) => code === 0)).to.equal(true);
  });

  const start = async (file: string, ...args: readonly string[]): Promise<string> => {
    const said = fleet.saidBy(await fleet.start(file, ...args));
    return String(said['httpUrl']);
  };

  const place = async (url: string, orderId: string, query = ''): Promise<number> => {
    const response = await fetch(`${url}/v1/orders${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${PRODUCER}`, 'content-type': 'application/json' },
      body: JSON.stringify({ orderId, lines: [{ goodsId: 7, quantity: 1 }] }),
    });
    await response.arrayBuffer();
    return response.status;
  };

  const ways = async (): Promise<Way[]> => {
    return await fresh.database.rows<Way>(
      `SELECT o.order_id AS orderId, o.state,
         TIMESTAMPDIFF(MICROSECOND, p.at, r.at) / 1000 AS decidedAfterMs,
         TIMESTAMPDIFF(MICROSECOND, p.at, UTC_TIMESTAMP(6)) / 1000 AS age
       FROM orders o JOIN order_steps p ON p.order_seq = o.seq AND p.event = 'placed'
       LEFT JOIN order_steps r ON r.order_seq = o.seq AND r.to_state IN ('reserved', 'rejected')`,
    );
  };

  /** Sends orders all the time, takes Redis away in the middle, and looks what became of them. */
  const weather = async (url: string, calm: number, away: number, out: Outage): Promise<void> => {
    // Every fifth caller waits for the decision.
    const placing = (orderId: string, index: number) =>
      place(url, orderId, index % 5 === 0 ? '?wait=5s' : '');
    // A system that has just started compiles itself while it works; nobody asks that here.
    await new SteadyLoad({ name: 'warm', perSecond: PER_SECOND, forMs: 2000, place: placing }).done;
    const forMs = 2 * calm + away;
    const load = new SteadyLoad({
      name: 'load',
      perSecond: PER_SECOND,
      forMs,
      place: placing,
    });
    await until(() => load.lastedMs >= calm, calm + 1000);
    await out.begin();
    await until(() => load.lastedMs >= calm + away, away + 2000);
    const late = (await ways()).filter(({ state, age }) => {
      return state === 'placed' && Number(age) > DECIDED_WITHIN_MS;
    });
    await out.end();
    await load.done;
    expect(late, 'undecided while it was away').to.deep.equal([]);
    await expectServed(load, calm, (PER_SECOND * forMs) / 1000);
  };

  const expectServed = async (
    { sent }: SteadyLoad,
    calmMs: number,
    orders: number,
  ): Promise<void> => {
    const accepted = sent.filter(({ status }) => [200, 201, 202, 409].includes(status ?? 0));
    const refused = sent.filter((one) => !accepted.includes(one)).map(({ status }) => status);
    expect(accepted.length / orders, `other answers: ${refused.join(' ')}`).to.be.at.least(0.99);
    const p99 = (some: typeof sent) =>
      quantile(
        some.map(({ ms }) => ms),
        0.99,
      );
    const calm = p99(sent.filter(({ atMs }) => atMs < calmMs));
    const rough = p99(sent.filter(({ atMs }) => atMs >= calmMs));
    const most = Math.max(ANSWERED_WITHIN_MS, SLOWER_AT_MOST * calm);
    expect(rough, `p99 of the answers; in calm weather ${calm}`).to.be.below(most);
    const known = new Map((await ways()).map((way) => [way.orderId, way]));
    const lost = accepted.filter(({ orderId }) => !known.has(orderId));
    expect(lost, 'accepted and not kept').to.deep.equal([]);
    const isDecided = async () => (await ways()).every(({ state }) => state !== 'placed');
    await until(isDecided, DECIDED_WITHIN_MS + 5000, 'a decision on every order', 50);
    const slow = (await ways()).filter(
      ({ decidedAfterMs }) => Number(decidedAfterMs ?? Number.NaN) > DECIDED_WITHIN_MS,
    );
    expect(slow, 'decided late').to.deep.equal([]);
    const { differences, orders: counted } = await audit(fresh.database);
    expect([differences, counted]).to.deep.equal([[], known.size]);
  };

  it('swallows everything for ten seconds, and nobody outside notices', async function () {
    this.timeout(120_000);
    const url = await start('src/app/run-system.js');
    await weather(url, 3000, 10_000, {
      begin: async () => {
        proxy.mode = 'black-hole';
      },
      end: async () => proxy.heal(),
    });
  });

  it('refuses connections for some seconds, and nobody outside notices', async function () {
    this.timeout(120_000);
    const url = await start('src/app/run-system.js');
    await weather(url, 2000, 4000, {
      begin: () => proxy.close(),
      end: async () => {
        await proxy.listen();
      },
    });
  });

  it('keeps no API from opening its doors and deciding', async function () {
    this.timeout(90_000);
    proxy.mode = 'black-hole';
    await fleet.run('src/cli/main.js', 'migrate');
    const url = await start('src/cli/main.js', 'api');
    expect(await place(url, 'plain')).to.equal(202);
    expect(await place(url, 'waited', '?wait=30s')).to.equal(201);
    const isDecided = async () => (await ways()).every(({ state }) => state === 'reserved');
    await until(isDecided, DECIDED_WITHIN_MS + 5000, 'a decision');
  });
});

interface Outage {
  begin(): Promise<void>;
  end(): Promise<void>;
}
