import { expect } from 'chai';
import { readOrderState } from '../../src/orders/index.ts';
import { readOrder } from '../../src/saga/index.ts';
import {
  BROWSER_PACKAGES,
  buy,
  type ConsoleRoom,
  consoleRoom,
  playSale,
} from '../support/console-room.ts';
import { until } from '../support/until.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';
import type { Visitor } from '../support/web-browser.ts';

/** What the page of an order says of its state. */
const said = (state: string): string => `.facts .mark:text-is("${state}")`;

const chromium = { found: programOnPath('chromium'), packages: BROWSER_PACKAGES };

describeWith(chromium, 'people at the console', function (command) {
  this.timeout(30_000);
  let room: ConsoleRoom;
  const visitors: Visitor[] = [];

  before(async () => {
    room = await consoleRoom(command);
  });
  after(() => room.close());
  afterEach(async () => {
    const complaints = visitors.flatMap((visitor) => visitor.complaints);
    await Promise.all(visitors.splice(0).map((visitor) => visitor.close()));
    expect(complaints).to.deep.equal([]);
  });

  const enter = async (...args: Parameters<ConsoleRoom['visitor']>): Promise<Visitor> => {
    const visitor = await room.visitor(...args);
    visitors.push(visitor);
    return visitor;
  };

  it('are told what this is as long as there is nothing to see', async () => {
    const { page } = await enter('viewer', '/');
    await page.waitForSelector('text=npm run demo');
    await playSale(room);
    await page.waitForSelector('text=npm run demo', { state: 'detached' });
  });

  describe('see within a second, without doing anything, that', () => {
    const kinds: readonly (readonly [
      what: string,
      path: string,
      change: (shop: ConsoleRoom['shop']) => Promise<unknown>,
      shown: string,
    ])[] = [
      [
        'an order is placed',
        '/orders',
        (shop) => shop.place('A-4001', [{ goodsId: 7003, quantity: 2 }]),
        'tr:has(a:text-is("A-4001")) .mark:text-is("placed")',
      ],
      ['it is reserved', '/orders/A-4001', (shop) => shop.reserve('A-4001'), said('reserved')],
      [
        'it is paid',
        '/orders/A-4001',
        (shop) => shop.pay({ orderId: 'A-4001', paymentId: 'pay-4001' }),
        said('paid'),
      ],
      ['one is cancelled', '/orders/A-1002', (shop) => shop.cancel('A-1002'), said('cancelled')],
      ['one is expired', '/orders/A-1004', (shop) => shop.due('A-1004'), said('expired')],
      [
        'goods are adjusted, on their page',
        '/stock/7003',
        (shop) => shop.restock(7003, 1000),
        '.balance:has-text("= 1,120 received")',
      ],
      [
        'goods are adjusted, in the list',
        '/stock',
        (shop) => shop.restock(7006, 2000),
        'tr:has(#goods-7006) td:text-matches("^2,0[0-9]{2}$")',
      ],
    ];
    for (const [what, path, change, shown] of kinds) {
      it(what, async () => {
        if (what === 'one is expired') await room.shop.letTimePass('A-1004');
        const { page } = await enter('viewer', path);
        // The machine may have others to serve: then the page takes longer to come as well.
        const calm = performance.now();
        await page.goto(room.url + path);
        await page.waitForSelector('main .mark, main .balance, main td a');
        const calmMs = performance.now() - calm;
        await page.waitForSelector('#live[data-how="live"]');
        const start = performance.now();
        await change(room.shop);
        await page.waitForSelector(shown, { timeout: 15_000 });
        const ms = performance.now() - start;
        expect(ms, `calm: ${calmMs} ms`).to.be.lessThan(Math.max(1000, 4 * calmMs));
      });
    }
  });

  it('cancel an order for a reason, which stays beside it', async () => {
    await buy(room.shop, 'A-5001', 7002, 2);
    const { page } = await enter('operator', '/orders/A-5001');
    await page.click('#cancel');
    const act = page.locator('dialog button.act');
    await act.click();
    expect(await page.locator('dialog[open]').count(), 'no act without a reason').to.equal(1);
    await page.fill('#reason', '<b>the buyer</b> called');
    await act.click();
    await page.waitForSelector('li.act >> text=cancel-order: <b>the buyer</b> called');
    expect(await readOrderState(room.shop.database, 'A-5001')).to.equal('cancelled');
    expect(await page.locator('#cancel').count()).to.equal(0);
    expect(await page.textContent('#said')).to.equal('Order A-5001 is cancelled.');
  });

  it('adjust stock by the keyboard alone, once, with the reason in the ledger', async () => {
    const { page } = await enter('operator', '/stock/7002');
    const adjust = page.locator('main button:text("Adjust")');
    await adjust.waitFor();
    await adjust.press('Enter');
    await page.keyboard.type('5');
    await page.keyboard.press('Tab');
    await page.keyboard.type('delivery 4711');
    await page.keyboard.press('Enter');
    await page.waitForSelector('td:text("delivery 4711")');
    await page.waitForSelector('dialog', { state: 'detached' });
    await adjust.press('Enter');
    await page.waitForSelector('dialog');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    const reasons = await page.locator('td:text("delivery 4711")').count();
    expect(reasons, 'rows of the ledger').to.equal(1);
  });

  it('extend a hold, and say that a refund was made', async () => {
    await buy(room.shop, 'A-5002', 7003, 1, { holdSeconds: 60 });
    const { page } = await enter('operator', '/orders/A-5002');
    await page.click('#extend');
    await page.fill('#minutes', '30');
    await page.fill('#reason', 'the bank is slow');
    await page.click('dialog button.act');
    await page.waitForSelector('li.step:has-text("extend")');
    expect(await page.textContent('.facts time[data-until]')).to.match(/^in (?:29|30) min/);
    await page.click('header nav a[href="/owed"]');
    await page.click('#refund-pay-1005');
    await page.fill('#reason', 'transfer 4711');
    await page.click('dialog button.act');
    await page.waitForSelector('#refund-pay-1005', { state: 'detached' });
    const { payments } = (await readOrder(room.shop.database, 'A-1005')) ?? { payments: [] };
    expect(payments[0]?.state).to.equal('refunded');
  });

  it('send dead letters again, after they were told how many that are', async () => {
    const { page } = await enter('operator', '/owed');
    await page.click('button:text("Send all invalid-input again")');
    await page.waitForSelector('text=This would send 1 again.');
    await page.fill('#reason', 'the sender was mended');
    await page.click('dialog button.act');
    await page.waitForSelector('text=Dead letters (0): none');
    await until(async () => {
      const counts = await room.watched.queues.counts();
      return counts.some(({ queue, waiting }) => queue === 'order-placed' && waiting === 1);
    });
  });

  it('send one dead letter again, told where it goes', async () => {
    await room.shop.saga.deadLetters.bury({
      source: 'order-placed',
      code: 'goods-unknown',
      message: 'there are no goods 9999',
      orderId: 'A-9002',
      payload: { orderId: 'A-9002', lines: [{ goodsId: 9999, quantity: 1 }] },
    });
    const { page } = await enter('operator', '/owed');
    await page.click('tr:has-text("A-9002") button:text("Send again")');
    await page.waitForSelector('dialog:has-text("would go to the queue order-placed")');
    await page.fill('#reason', 'the goods are there now');
    await page.click('dialog button.act');
    await page.waitForSelector('text=Dead letters (0): none');
    expect(await page.textContent('#said')).to.match(/sent to the queue order-placed again/);
  });

  it('may look and not act as viewers', async () => {
    await buy(room.shop, 'A-6001', 7003, 1);
    const { page, complaints } = await enter('viewer', '/orders/A-6001');
    await page.waitForSelector('ol.timeline');
    expect(await page.locator('#cancel').count()).to.equal(0);
    await page.goto(`${room.url}/stock/7003`);
    await page.waitForSelector('figure');
    expect(await page.locator('main button:visible').count()).to.equal(0);
    const status = await page.evaluate<number>(`
      fetch('/v1/console/acts', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ act: 'cancel-order', orderId: 'A-6001', reason: 'x' }),
      }).then(({ status }) => status)`);
    expect(status).to.equal(403);
    expect(await readOrderState(room.shop.database, 'A-6001')).to.equal('reserved');
    // The browser tells of every refused request, of this one as well.
    complaints.length = 0;
  });

  it('find anything by one box, and come back by the history', async () => {
    const { page } = await enter('viewer', '/orders');
    for (const [asked, found] of [
      ['pay-1001', 'The payment pay-1001 is for the order A-1001'],
      ['A-1004', 'The order A-1004 is reserved'],
      ['7001', 'The goods 7001 have'],
    ] as const) {
      await page.fill('#q', asked);
      await page.press('#q', 'Enter');
      await page.waitForSelector(`.found:has-text("${found}")`);
    }
    await page.fill('#q', 'buyer-1');
    await page.press('#q', 'Enter');
    await page.waitForSelector('td a:text("A-2013")');
    await page.click('td a:text("A-2013")');
    await page.waitForSelector('h1:text("Order A-2013")');
    await page.goBack();
    await page.waitForSelector('h1:text("Orders")');
    expect(await page.inputValue('#q')).to.equal('buyer-1');
  });
});
