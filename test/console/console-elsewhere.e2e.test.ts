import { expect } from 'chai';
import { readStockView } from '../../src/stock/index.ts';
import { BROWSER_PACKAGES, type ConsoleRoom, consoleRoom } from '../support/console-room.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { testServers } from '../support/environment.ts';
import { ProcessFleet } from '../support/process-fleet.ts';
import { until } from '../support/until.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';

const chromium = { found: programOnPath('chromium'), packages: BROWSER_PACKAGES };

const ORDERS = 40;
const goodsId = 7;
/** A second is told when it is over, and the page asks once a second. */
const SOON_MS = 2500;

describeWith(chromium, 'a console whose workers are other processes', function (command) {
  this.timeout(30_000);
  let room: ConsoleRoom;
  let proxy: CutProxy;
  let fleet: ProcessFleet;
  before(async () => {
    const { redisUrl, lockUrls } = testServers();
    proxy = new CutProxy(Number(new URL(redisUrl).port));
    const throughProxy = `redis://127.0.0.1:${await proxy.listen()}`;
    room = await consoleRoom(command, { redisUrl: throughProxy });
    fleet = new ProcessFleet({
      HOLDFAST_DATABASE_URL: room.shop.url,
      HOLDFAST_REDIS_URL: redisUrl,
      HOLDFAST_LOCK_URLS: lockUrls.join(','),
      HOLDFAST_QUEUE_PREFIX: room.watched.queuePrefix,
    });
    await fleet.start('workers/all.js');
    await room.shop.restock(goodsId, 1000);
  });
  after(async () => {
    await fleet.stop();
    await room.close();
    await proxy.close();
  });

  it('plots what they did within two seconds or so, and says when it cannot', async () => {
    const { page, complaints } = await room.visitor('viewer', '/');
    await page.waitForSelector('text=The plots count what all processes have committed.');
    const plotted = (plot: string) =>
      page.locator(`figure:has(figcaption:has-text("${plot}")) path.held`).getAttribute('d');
    const times = 'From placed to reserved';
    expect(await plotted(times), 'nobody has reserved anything').to.equal('');
    const payloads = Array.from({ length: ORDERS }, (_, at) => ({
      orderId: `e-${at}`,
      lines: [{ goodsId, quantity: 1 }],
    }));
    await room.watched.queues.add('order-placed', payloads);
    const held = async () => (await readStockView(room.shop.database, goodsId))?.held;
    await until(async () => (await held()) === ORDERS, 10_000);
    await until(async () => (await plotted(times)) !== '', SOON_MS, 'the plot');
    for (const plot of ['Orders, by what became of them', 'Events in one transaction', 'Locks']) {
      // A line along the bottom is no figure: somewhere it must leave it.
      await until(async () => new Set(heightsOf(await plotted(plot))).size > 1, SOON_MS, plot);
    }
    await proxy.close();
    await page.waitForSelector('text=The Redis of the queues does not answer');
    await proxy.listen();
    await page.waitForSelector('text=The plots count what all processes have committed.');
    expect(complaints).to.deep.equal([]);
  });
});

function heightsOf(path: string | null): readonly string[] {
  return (path ?? '').split(/[ML]/).map((point) => point.split(' ')[1] ?? '');
}
