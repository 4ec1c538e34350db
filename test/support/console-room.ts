import type { Browser } from 'playwright-core';
import { startHttp } from '../../src/api/index.ts';
import { httpParts } from './http-room.ts';
import { type OpsFixture, type OpsFixtureOptions, opsFixture } from './ops-fixture.ts';
import type { SagaDoors } from './saga-fixture.ts';
import { openBrowser, visit, type Visitor, type VisitorOptions } from './web-browser.ts';

/** The Debian package of the browser that the console is tested with. */
export const BROWSER_PACKAGES = 'chromium';

/** A shop with its console, and a browser to look at it. */
export interface ConsoleRoom {
  readonly url: string;
  readonly shop: OpsFixture['fixture'];
  readonly watched: OpsFixture;
  /** Opens a page as somebody who has logged in; closed with the room. */
  visitor(role: 'viewer' | 'operator', path: string, options?: VisitorOptions): Promise<Visitor>;
  close(): Promise<void>;
}

export async function consoleRoom(
  executablePath: string,
  servers: Pick<OpsFixtureOptions, 'redisUrl'> = {},
): Promise<ConsoleRoom> {
  const watched = await opsFixture({ isLocking: true, ...servers });
  await watched.queues.ready(3000);
  const { fixture, ops, queues } = watched;
  const server = await startHttp(
    httpParts(fixture, {
      ops,
      queueCounts: () => queues.counts(),
      enqueue: (queue, payloads) => queues.add(queue, payloads),
    }),
  );
  const browser: Browser = await openBrowser(executablePath);
  return {
    url: server.url,
    shop: fixture,
    watched,
    visitor: async (role, path, options) => {
      const visitor = await visit(browser, server.url, options);
      await visitor.logIn(role, path);
      return visitor;
    },
    close: async () => {
      await browser.close();
      await server.close();
      await watched.close();
    },
  };
}

/** A short sale with something of everything: each state, a refund, scarce goods, a letter. */
export async function playSale({ shop }: Pick<ConsoleRoom, 'shop'>): Promise<void> {
  const goods = [7001, 7002, 7003, 7004, 7005, 7006];
  await Promise.all(
    goods.map((goodsId, at) => shop.restock(goodsId, [3, 40, 120, 9, 60, 25][at] ?? 1)),
  );
  await buy(shop, 'A-1001', 7001, 2, { buyerId: 'ann', amount: 4900, currency: 'EUR' });
  await shop.pay({ orderId: 'A-1001', paymentId: 'pay-1001', amount: 4900, currency: 'EUR' });
  await buy(shop, 'A-1002', 7001, 1, { buyerId: 'bob', amount: 2450, currency: 'EUR' });
  await buy(shop, 'A-1003', 7001, 1, { buyerId: 'cem' });
  await buy(shop, 'A-1004', 7004, 8, { buyerId: 'dora', holdSeconds: 300 });
  await buy(shop, 'A-1005', 7002, 4, { buyerId: 'eva' });
  await shop.cancel('A-1005');
  await shop.pay({ orderId: 'A-1005', paymentId: 'pay-1005', amount: 800, currency: 'EUR' });
  for (let at = 0; at < 24; at += 1) {
    const orderId = `A-2${String(at).padStart(3, '0')}`;
    await buy(shop, orderId, goods[1 + (at % 5)] ?? 7002, 1, { buyerId: `buyer-${at}` });
    if (at % 3 === 0) await shop.pay({ orderId, paymentId: `pay-${orderId}` });
  }
  await shop.pay({ orderId: 'A-3001', paymentId: 'pay-early' });
  await shop.saga.deadLetters.bury({
    source: 'order-placed',
    code: 'invalid-input',
    message: 'lines[0].quantity is 0, allowed is a whole number from 1 to 1000000',
    orderId: 'A-9001',
    payload: { orderId: 'A-9001', lines: [{ goodsId: 7002, quantity: 0 }] },
  });
}

/** An order that is placed and decided. */
export async function buy(
  shop: Pick<SagaDoors, 'place' | 'reserve'>,
  orderId: string,
  goodsId: number,
  quantity: number,
  more: Parameters<SagaDoors['place']>[2] = {},
): Promise<void> {
  await shop.place(orderId, [{ goodsId, quantity }], more);
  await shop.reserve(orderId);
}
