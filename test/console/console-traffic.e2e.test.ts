import { Worker } from 'bullmq';
import { expect } from 'chai';
import { QUEUE_NAMES } from '../../src/queues/index.ts';
import {
  BROWSER_PACKAGES,
  type ConsoleRoom,
  consoleRoom,
  playSale,
} from '../support/console-room.ts';
import { testServers } from '../support/environment.ts';
import { until } from '../support/until.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';
import { keepPicture } from '../support/web-browser.ts';

const chromium = { found: programOnPath('chromium'), packages: BROWSER_PACKAGES };

/** Ten thousand orders a minute, for as long as it takes to see what they cost. */
const ORDERS_A_TICK = 17;
const TICK_MS = 100;
const TICKS = 30;

interface Used {
  readonly heapMb: number;
  readonly cpuMs: number;
}

describeWith(chromium, 'a console under ten thousand orders a minute', function (command) {
  this.timeout(30_000);
  let room: ConsoleRoom;
  let workers: readonly Worker[] = [];
  before(async () => {
    room = await consoleRoom(command);
    const { hostname: host, port } = new URL(testServers().redisUrl);
    const options = { connection: { host, port: Number(port) }, prefix: room.watched.queuePrefix };
    workers = QUEUE_NAMES.map((name) => new Worker(name, () => Promise.resolve(), options));
    await Promise.all(workers.map((worker) => worker.waitUntilReady()));
    await playSale(room);
  });
  after(async () => {
    await Promise.all(workers.map((worker) => worker.close()));
    await room.close();
  });

  it('stays under 150 MB and a third of a core, and keeps up', async () => {
    const { page, complaints } = await room.visitor('viewer', '/');
    await page.waitForSelector('.plots figure');
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const used = async (): Promise<Used> => {
      const { metrics } = await session.send('Performance.getMetrics');
      const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
      return { heapMb: of('JSHeapTotalSize') / 1e6, cpuMs: of('TaskDuration') * 1000 };
    };
    const before = await used();
    const start = performance.now();
    await sell(room);
    const elapsed = performance.now() - start;
    const shown = '.tile:has(h2:text-is("Open holds")) p >> nth=0';
    await until(async () => countOf(await page.textContent(shown)) > TICKS * ORDERS_A_TICK);
    const after = await used();
    await page.click('#audit');
    await page.waitForSelector('.tile.well:has-text("balanced")');
    await keepPicture(page, 'now');
    const share = (after.cpuMs - before.cpuMs) / (performance.now() - start);
    const said = `${after.heapMb} MB, ${share} of a core, ${elapsed} ms`;
    expect(after.heapMb, said).to.be.lessThan(150);
    expect(share, said).to.be.lessThan(0.3);
    expect(complaints).to.deep.equal([]);
  });
});

/** As the page writes it. */
function countOf(text: string | null): number {
  return Number((text ?? '').replaceAll(',', ''));
}

/** A sale at a steady pace: each tick places its orders when its time has come. */
async function sell({ shop }: ConsoleRoom): Promise<void> {
  await shop.restock(7900, 1_000_000);
  const underWay: Promise<unknown>[] = [];
  await new Promise<void>((resolve) => {
    let tick = 0;
    const timer = setInterval(() => {
      for (let at = 0; at < ORDERS_A_TICK; at += 1) {
        const orderId = `T-${tick}-${at}`;
        const lines = [{ goodsId: 7900, quantity: 1 }];
        underWay.push(shop.place(orderId, lines).then(() => shop.reserve(orderId)));
      }
      tick += 1;
      if (tick < TICKS) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  await Promise.all(underWay);
}
