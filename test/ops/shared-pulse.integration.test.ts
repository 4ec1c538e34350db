import { expect } from 'chai';
import { systemClock } from '../../src/kernel/index.ts';
import { tellPulse } from '../../src/ops/index.ts';
import { readStockView } from '../../src/stock/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { buy } from '../support/console-room.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { testServers } from '../support/environment.ts';
import { type OpsFixture, opsFixture } from '../support/ops-fixture.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { type SagaDoors, sagaOver } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';

interface Shown {
  readonly pulse: { readonly isShared: boolean; readonly processes: number };
  readonly seconds: readonly {
    readonly outcomes: Readonly<Record<string, number>>;
    readonly p50: number | null;
    readonly lockRounds: number;
  }[];
}

/** A second is told when it is over, and what was read is kept for a fifth of a second. */
const SOON_MS = 2000;

describe('the pulse of all processes', function () {
  this.timeout(60_000); // the first test starts a process, as busy as the machine may be
  let room: OpsFixture;
  let proxy: CutProxy;
  before(async () => {
    proxy = new CutProxy(Number(new URL(testServers().redisUrl).port));
    room = await opsFixture({ redisUrl: `redis://127.0.0.1:${await proxy.listen()}` });
    await room.queues.ready(3000);
    await room.fixture.restock(7, 10_000);
  });
  after(async () => {
    await room.close();
    await proxy.close();
  });

  const now = async (): Promise<Shown> => (await room.ops.overview.now(0)) as unknown as Shown;
  const reserved = async (): Promise<number> => {
    const { seconds } = await now();
    return seconds.reduce((sum, { outcomes }) => sum + (outcomes['reserved'] ?? 0), 0);
  };
  const heldUnits = async () => (await readStockView(room.fixture.database, 7))?.held;
  /** Stands for another process: a saga that knows nothing of the room's own. */
  const another = () => {
    const doors = sagaOver(room.fixture.database);
    const told = tellPulse({
      saga: doors.saga,
      redisUrl: testServers().redisUrl,
      queuePrefix: room.queuePrefix,
      logger: silentLogger,
      clock: systemClock,
    });
    return { doors, close: () => told.close() };
  };
  const shop = async (doors: SagaDoors, name: string, orders: number): Promise<void> => {
    for (let at = 0; at < orders; at += 1) await buy(doors, `${name}-${at}`, 7, 1);
  };

  it('has what a worker process does, soon after it did it', async () => {
    const ORDERS = 40;
    const fleet = new ProcessFleet({
      HOLDFAST_DATABASE_URL: room.fixture.url,
      HOLDFAST_REDIS_URL: testServers().redisUrl,
      HOLDFAST_LOCK_URLS: testServers().lockUrls.join(','),
      HOLDFAST_QUEUE_PREFIX: room.queuePrefix,
    });
    await fleet.start('workers/all.js');
    const calm = performance.now();
    expect(await reserved()).to.equal(0);
    const calmMs = performance.now() - calm;
    const ids = Array.from({ length: ORDERS }, (_, at) => `w-${at}`);
    const lines = [{ goodsId: 7, quantity: 1 }];
    await room.queues.add(
      'order-placed',
      ids.map((orderId) => ({ orderId, lines })),
    );
    await until(async () => (await heldUnits()) === ORDERS, 30_000);
    await until(async () => (await reserved()) === ORDERS, SOON_MS + 5 * calmMs, 'being shown');
    const { pulse, seconds } = await now();
    expect(pulse).to.deep.equal({ isShared: true, processes: 1 });
    expect(seconds.some(({ p50 }) => p50 !== null)).to.equal(true);
    expect(seconds.some(({ lockRounds }) => lockRounds > 0)).to.equal(true);
    expect(await fleet.stop()).to.deep.equal([0]);
  });

  it('costs an entry a second, however many orders there are, and ends by itself', async () => {
    const key = `${room.queuePrefix}:pulse`;
    const before = await room.redis.xlen(key);
    const start = performance.now();
    await shop(room.fixture, 'many', 100);
    await until(async () => (await room.redis.xlen(key)) > before);
    const seconds = Math.ceil((performance.now() - start) / 1000);
    expect((await room.redis.xlen(key)) - before).to.be.within(1, seconds + 1);
    expect(await room.redis.ttl(key)).to.be.within(300, 360);
  });

  it('is that of one process while Redis is away, and whole again afterwards', async () => {
    const other = another();
    try {
      const before = await reserved();
      await shop(room.fixture, 'own', 2);
      await shop(other.doors, 'others', 3);
      await until(async () => (await reserved()) === before + 5);
      await proxy.close();
      await until(async () => !(await now()).pulse.isShared);
      await shop(room.fixture, 'own-alone', 2);
      await shop(other.doors, 'others-unheard', 3);
      expect(await reserved()).to.equal(before + 5 + 2);
      await proxy.listen();
      await until(async () => (await now()).pulse.isShared, 5000);
      await until(async () => (await reserved()) === before + 10, 5000);
    } finally {
      await other.close();
    }
  });

  it('has the last second of a process that ends', async () => {
    const other = another();
    const before = await reserved();
    await shop(other.doors, 'last', 3);
    await other.close();
    await until(async () => (await reserved()) === before + 3);
  });

  it('leaves out what others have written there', async () => {
    const before = await reserved();
    const key = `${room.queuePrefix}:pulse`;
    await room.redis.xadd(key, '*', 'process', 'x', 'second', '{"at":1}');
    await room.redis.xadd(key, '*', 'anything', 'else');
    await shop(room.fixture, 'after', 1);
    await until(async () => (await reserved()) === before + 1);
    expect((await now()).pulse.isShared).to.equal(true);
  });
});
