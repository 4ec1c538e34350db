import { expect } from 'chai';
import {
  BROWSER_PACKAGES,
  type ConsoleRoom,
  consoleRoom,
  playSale,
} from '../support/console-room.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';
import { keepPicture, type Visitor } from '../support/web-browser.ts';

const chromium = { found: programOnPath('chromium'), packages: BROWSER_PACKAGES };

/** Each page with something that only its real data can show. */
const PAGES: readonly (readonly [name: string, path: string, shows: string])[] = [
  ['now', '/', '.plots figure'],
  ['stock', '/stock', 'td a[href="/stock/7001"]'],
  ['goods', '/stock/7001', 'figure path.line.held[d^="M"]'],
  ['orders', '/orders', 'td a[href="/orders/A-1001"]'],
  ['order', '/orders/A-1001', 'ol.timeline li.payment'],
  ['owed', '/owed', 'td a[href="/orders/A-1005"]'],
];

/** Those that docs/how-to/use-the-console.md shows; the one of now is taken in a busy sale. */
const PICTURES = new Set(['stock', 'goods', 'orders', 'order', 'owed', 'order-narrow']);

describeWith(chromium, 'the pages of the console', function (command) {
  this.timeout(30_000);
  let room: ConsoleRoom;
  const visitors: Visitor[] = [];

  before(async () => {
    room = await consoleRoom(command);
    await playSale(room);
  });
  after(() => room.close());
  afterEach(async () => {
    await Promise.all(visitors.splice(0).map((visitor) => visitor.close()));
  });

  const enter = async (...args: Parameters<ConsoleRoom['visitor']>): Promise<Visitor> => {
    const visitor = await room.visitor(...args);
    visitors.push(visitor);
    return visitor;
  };

  it('show real data, complain of nothing and keep nobody out, wide and narrow', async () => {
    await Promise.all([lookAround('wide', 'light'), lookAround('narrow', 'dark')]);
  });

  const lookAround = async (size: 'wide' | 'narrow', scheme: 'light' | 'dark'): Promise<void> => {
    const visitor = await enter('viewer', '/', { size, scheme });
    const { page, complaints, outside } = visitor;
    for (const [name, path, shows] of PAGES) {
      await page.goto(room.url + path);
      await page.waitForSelector(shows);
      expect(await visitor.barriers(), path).to.deep.equal([]);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(wide, `${path} ${size}`).to.be.at.most(page.viewportSize()?.width ?? 0);
      const picture = size === 'narrow' ? `${name}-narrow` : name;
      if (PICTURES.has(picture)) await keepPicture(page, picture);
    }
    expect(complaints).to.deep.equal([]);
    expect(outside).to.deep.equal([]);
  };
});
