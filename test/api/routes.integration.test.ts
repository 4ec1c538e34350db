import { expect } from 'chai';
import { type HttpServer, startHttp } from '../../src/api/index.ts';
import { type HttpRoom, httpParts, httpRoom, TOKENS } from '../support/http-room.ts';
import { type OpsFixture, opsFixture } from '../support/ops-fixture.ts';
import { until } from '../support/until.ts';
import { type ListedRoute, listRoutes } from '../support/route-list.ts';

type Role = keyof typeof TOKENS;

/**
 * Every route there is, and who may use it. A new one is entered here knowingly: `none` means that
 * the whole world may, `signed` that the body must be signed.
 */
const ROUTES = `
GET    /                              viewer
GET    /console/:file                 none
GET    /docs                          none
GET    /docs/json                     none
GET    /docs/static/*                 none
GET    /docs/static/index.html        none
GET    /docs/static/swagger-initializer.js none
GET    /docs/yaml                     none
GET    /healthz                       none
GET    /login                         none
POST   /login                         none
POST   /logout                        none
GET    /media/:name                   none
GET    /metrics                       none
GET    /openapi.json                  none
GET    /orders                        viewer
GET    /orders/:orderId               viewer
GET    /owed                          viewer
GET    /page.css                      none
GET    /queues                        viewer
GET    /queues/*                      viewer
PATCH  /queues                        operator
PATCH  /queues/*                      operator
POST   /queues                        operator
POST   /queues/*                      operator
PUT    /queues                        operator
PUT    /queues/*                      operator
GET    /readyz                        none
GET    /stock                         viewer
GET    /stock/:goodsId                viewer
GET    /v1/audit                      viewer
GET    /v1/console/acts               viewer
POST   /v1/console/acts               operator
GET    /v1/console/find               viewer
GET    /v1/console/now                viewer
GET    /v1/console/orders/:orderId    viewer
GET    /v1/console/owed               viewer
GET    /v1/console/stock              viewer
GET    /v1/banners                    viewer producer payments
POST   /v1/banners                    operator
DELETE /v1/banners/:bannerId          operator
GET    /v1/banners/:bannerId          viewer producer payments
PUT    /v1/banners/:bannerId          operator
GET    /v1/brands                     viewer producer payments
POST   /v1/brands                     operator
DELETE /v1/brands/:brandId            operator
GET    /v1/brands/:brandId            viewer producer payments
PUT    /v1/brands/:brandId            operator
GET    /v1/categories                 viewer producer payments
POST   /v1/categories                 operator
DELETE /v1/categories/:categoryId     operator
GET    /v1/categories/:categoryId     viewer producer payments
PUT    /v1/categories/:categoryId     operator
DELETE /v1/categories/:categoryId/brands/:brandId operator
PUT    /v1/categories/:categoryId/brands/:brandId operator
GET    /v1/dead-letters               viewer
GET    /v1/events                     viewer
GET    /v1/goods                      viewer producer payments
POST   /v1/goods                      operator
DELETE /v1/goods/:goodsId             operator
GET    /v1/goods/:goodsId             viewer producer payments
PUT    /v1/goods/:goodsId             operator
GET    /v1/notices                    viewer
GET    /v1/notices/:noticeId          viewer
POST   /v1/notices/:noticeId/replay   operator
GET    /v1/orders                     viewer producer payments
POST   /v1/orders                     producer
GET    /v1/orders/:orderId            viewer producer payments
POST   /v1/orders/:orderId/cancel     producer
POST   /v1/orders/:orderId/extend     producer
POST   /v1/orders/:orderId/payment-started producer payments
POST   /v1/orders/:orderId/payments   payments
POST   /v1/orders/:orderId/returns    producer
POST   /v1/orders/batch               producer
GET    /v1/stock                      viewer
GET    /v1/payments                   viewer payments
POST   /v1/payments/:paymentId/refunded payments operator
GET    /v1/stock/:goodsId             viewer producer payments
PUT    /v1/stock/:goodsId             operator
POST   /v1/stock/:goodsId/adjustments operator
GET    /v1/stock/:goodsId/holds       viewer
GET    /v1/stock/:goodsId/keeping     viewer
PUT    /v1/stock/:goodsId/keeping     operator
GET    /v1/stock/:goodsId/movements   viewer
POST   /v1/uploads                    operator
POST   /v1/uploads/:ticketId/complete none
PUT    /v1/uploads/:ticketId/content  signed
POST   /v1/uploads/oss-callback       signed
POST   /v1/webhooks/payments          signed`
  .trim()
  .split('\n')
  .map((line) => line.split(/\s+/) as [method: string, url: string, ...roles: string[]]);

/** It would listen for ever and hear nothing. */
const WITHOUT_HEAD = ['/v1/events'];
/** The same routes once more, which Fastify does not tell of. */
const TWINS: typeof ROUTES = [
  ['GET', '/docs/', 'none'],
  ['GET', '/queues/', 'viewer'],
];

const pathOf = (url: string): string =>
  url
    .replace(':orderId', 'o-1')
    .replace(':goodsId', '7')
    .replace(':file', 'console.css')
    .replace(':paymentId', 'pay-1')
    .replaceAll(/:\w+Id/g, '1')
    .replace('*', 'index.css');

const guarded = [...ROUTES, ...TWINS].filter(([, , role]) => role !== 'none' && role !== 'signed');
const roles = Object.keys(TOKENS) as Role[];
const mayUse = (role: Role, allowed: readonly string[]): boolean =>
  allowed.includes(role) || (role === 'operator' && allowed.includes('viewer'));

describe('the routes of the running server', () => {
  let watched: OpsFixture;
  let room: HttpRoom;
  let routes: readonly ListedRoute[];

  before(async () => {
    watched = await opsFixture();
    await watched.queues.ready(3000);
    const listed = await listRoutes(() => httpRoom({ parts: { ops: watched.ops } }));
    room = listed.made;
    ({ routes } = listed);
    await room.restock(7, 10);
  });
  after(async () => {
    await room.drop();
    await watched.close();
  });
  /** One of its own for each test: an address may have only so many wrong tokens a minute. */
  let server: HttpServer;
  beforeEach(async () => {
    server = await startHttp(httpParts(room, { ops: watched.ops }));
    // A start that took long counts as a late process for its first second.
    await until(async () => (await fetch(`${server.url}/healthz`)).status === 200, 10_000);
  });
  afterEach(() => server.close());

  /** Asks, and does not read: an answer may have no end. */
  const statusOf = async (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> => {
    const response = await fetch(server.url + path, { method, headers, redirect: 'manual' });
    await response.body?.cancel();
    return response.status;
  };
  const asRole = (role: Role) => ({ authorization: `Bearer ${TOKENS[role]}` });

  it('are those that this test knows', () => {
    const all = ROUTES.map(([method, url]) => `${method} ${url}`);
    const heads = ROUTES.filter(
      ([method, url]) => method === 'GET' && !WITHOUT_HEAD.includes(url),
    ).map(([, url]) => `HEAD ${url}`);
    const found = new Set(routes.map(({ method, url }) => `${method} ${url}`));
    for (const twin of TWINS) found.delete(`HEAD ${twin[1]}`);
    expect([...found].toSorted()).to.deep.equal([...all, ...heads].toSorted());
  });

  for (const [who, headers] of [
    ['no token', {}],
    ['a token that nobody was given', { authorization: 'Bearer nobody-was-given-this' }],
    ['no bearer', { authorization: `Basic ${TOKENS.operator}` }],
    ['an unknown cookie', { cookie: 'holdfast_token=nobody-was-given-this' }],
    [
      'a bad header over a good cookie',
      { authorization: 'Bearer nobody', cookie: `holdfast_token=${TOKENS.operator}` },
    ],
  ] as const) {
    it(`answer 401 to whoever has ${who}`, async () => {
      for (const [method, url] of guarded) {
        const path = pathOf(url);
        expect(await statusOf(method, path, headers), `${method} ${path}`).to.equal(401);
        if (method === 'GET') expect(await statusOf('HEAD', path)).to.be.oneOf([401, 404]);
      }
    });
  }

  it('never take a token out of an address', async () => {
    for (const [method, url] of guarded) {
      const names = ['token', 'access_token', 'authorization', 'holdfast_token'];
      const query = names.map((name) => `${name}=${TOKENS.operator}`).join('&');
      expect(await statusOf(method, `${pathOf(url)}?${query}`), `${method} ${url}`).to.equal(401);
    }
  });

  it('answer 403 to every role that may not, and let in those that may', async () => {
    for (const [method, url, ...allowed] of guarded) {
      for (const role of roles) {
        const said = `${method} ${url} as ${role}`;
        const status = await statusOf(method, pathOf(url), asRole(role));
        if (mayUse(role, allowed)) expect(status, said).to.not.be.oneOf([401, 403]);
        else expect(status, said).to.equal(403);
      }
    }
  });

  it('answer everybody where nobody is kept out', async () => {
    for (const [method, url, role] of [...ROUTES, ...TWINS]) {
      if (role !== 'none' || method !== 'GET') continue;
      // There is no picture yet; that there is none is told to everybody.
      const fine = url === '/media/:name' ? [404] : [200, 302];
      expect(await statusOf(method, pathOf(url)), url).to.be.oneOf(fine);
      expect(await statusOf('HEAD', pathOf(url)), url).to.be.oneOf(fine);
    }
  });

  it('refuse as problems, each with its code and the request id', async () => {
    const stranger = await room.send(null, 'GET', '/v1/orders');
    expect(stranger.headers.get('content-type')).to.equal('application/problem+json');
    expect(stranger.headers.get('www-authenticate')).to.equal('Bearer realm="holdfast"');
    expect(stranger.body).to.include({ status: 401, code: 'unauthorized' });
    expect(stranger.body['requestId']).to.match(/^[0-9a-f]{16}$/);
    const wrong = await room.send('viewer', 'POST', '/v1/orders', {});
    expect(wrong.body).to.include({ status: 403, code: 'forbidden' });
    expect(wrong.headers.get('content-type')).to.equal('application/problem+json');
  });

  it('ask who it is before they look at what was sent', async () => {
    for (const [role, status] of [
      [null, 401],
      ['viewer', 403],
      ['producer', 400],
    ] as const) {
      const { status: found } = await room.send(role, 'POST', '/v1/orders?x=1', '{"broken');
      expect(found, String(role)).to.equal(status);
    }
  });

  it('know no other methods and no other addresses', async () => {
    for (const [method, path] of [
      ['OPTIONS', '/v1/orders'],
      ['DELETE', '/v1/orders/o-1'],
      ['PATCH', '/v1/stock/7'],
      ['HEAD', '/v1/events'],
      ['GET', '/v2/orders'],
      ['GET', '/v1/Orders'],
      ['GET', '//v1/orders'],
      ['GET', '/docs/static/../../../package.json'],
      ['GET', '/docs/static/%2e%2e%2f%2e%2e%2fpackage.json'],
    ] as const) {
      for (const role of [null, 'operator'] as const) {
        const headers = role ? asRole(role) : {};
        expect(await statusOf(method, path, headers), `${method} ${path}`).to.equal(404);
      }
    }
  });

  it('have the headers that keep a browser from being used', async () => {
    for (const path of ['/login', '/healthz', '/v1/orders', '/nothing']) {
      const { headers } = await fetch(room.url + path);
      expect(headers.get('content-security-policy'), path).to.match(/default-src '(?:self|none)'/);
      expect(headers.get('x-content-type-options'), path).to.equal('nosniff');
      expect(headers.get('x-frame-options'), path).to.equal('SAMEORIGIN');
      expect(headers.get('access-control-allow-origin'), path).to.equal(null);
    }
    const { headers } = await room.send('viewer', 'GET', '/v1/orders');
    expect(headers.get('cache-control')).to.equal('no-store');
  });
});
