import { expect } from 'chai';
import { type HttpRoom, httpRoom, TOKENS } from '../support/http-room.ts';
import { expectBalanced } from '../support/books.ts';
import { sendRaw } from '../support/raw-http.ts';
import { rowCounts } from '../support/row-counts.ts';

const order = { orderId: 'bad', lines: [{ goodsId: 7, quantity: 1 }] };
const line = { goodsId: 7, quantity: 1 };
const withField = (field: string, json: string): string =>
  JSON.stringify({ ...order, [field]: '?' }).replace('"?"', json);
const withLine = (json: string): string =>
  JSON.stringify({ ...order, lines: ['?'] }).replace('"?"', json);
const nested = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
const LONG = 'x'.repeat(65);
const times = <T>(length: number, value: T): T[] => Array.from({ length }, () => value);

/** What is sent as the body of an order, and what is the matter with it. */
const BODIES: readonly (readonly [what: string, body: string, says?: string])[] = [
  ['nothing', ''],
  ['null', 'null'],
  ['a list', '[]'],
  ['text', '"order"'],
  ['a number', '17'],
  ['no JSON', '{"orderId": ', 'the body is not JSON'],
  ['two values', `${JSON.stringify(order)}{}`, 'the body is not JSON'],
  ['NaN', withField('amount', 'NaN'), 'the body is not JSON'],
  ['a comment', `/* */${JSON.stringify(order)}`, 'the body is not JSON'],
  ['a byte order mark', `\ufeff${JSON.stringify(order)}`, 'the body is not JSON'],
  ['an unknown field', withField('colour', '"red"'), 'colour is some text, allowed is no field'],
  [
    'an unknown field of a line',
    withLine('{"goodsId":7,"quantity":1,"price":5}'),
    'lines[0].price',
  ],
  ['a number as text', withLine('{"goodsId":"7","quantity":1}'), 'lines[0].goodsId is "7"'],
  ['text as a number', withField('buyerId', '17'), 'buyerId is a number'],
  ['1e400', withLine('{"goodsId":7,"quantity":1e400}'), 'lines[0].quantity is null'],
  ['2^53', withLine('{"goodsId":9007199254740992,"quantity":1}'), 'is 9007199254740992'],
  ['2^53 + 1', withLine('{"goodsId":9007199254740993,"quantity":1}'), 'is 9007199254740992'],
  ['-0', withLine('{"goodsId":-0,"quantity":1}'), 'goodsId is 0'],
  ['0', withLine('{"goodsId":7,"quantity":0}'), 'quantity is 0'],
  ['1.5', withLine('{"goodsId":7,"quantity":1.5}'), 'quantity is 1.5'],
  ['true', withLine('{"goodsId":7,"quantity":true}'), 'quantity is true'],
  ['no lines', JSON.stringify({ ...order, lines: [] }), 'lines is a list'],
  ['101 lines', JSON.stringify({ ...order, lines: times(101, line) }), 'lines is a list'],
  ['a line within a line', withLine('[[]]'), 'lines[0] is a list'],
  ['an id that is too long', withField('orderId', `"${LONG}"`), 'orderId is "xxx'],
  ['half a cent', withField('amount', '0.5'), 'amount is 0.5'],
  ['__proto__', withField('__proto__', '{"admin":true}'), 'would change what objects are'],
  ['__proto__ in a line', withLine('{"goodsId":7,"quantity":1,"__proto__":{}}'), 'would change'],
  ['__proto__ in metadata', withField('metadata', '{"a":[{"__proto__":{}}]}'), 'would change'],
  ['constructor', withField('constructor', '{"prototype":{"a":1}}'), 'would change'],
  ['constructor, deep', withField('metadata', '{"a":{"constructor":{"prototype":1}}}'), 'would'],
  ['__proto__, escaped', `{"\\u005f_proto__":{},${JSON.stringify(order).slice(1)}`, 'would change'],
  ['metadata of 21 levels', withField('metadata', nested(20)), 'metadata has too many levels'],
  ['metadata of 5,000 levels', withField('metadata', nested(5000)), 'too many levels'],
  ['metadata of 400,000 levels', withField('metadata', nested(400_000)), 'too many levels'],
  ['an id of 5,000 levels', withField('orderId', nested(5000)), 'too many levels'],
  [
    'metadata over 4 kB',
    withField('metadata', `{"a":"${'x'.repeat(4096)}"}`),
    'is 4104 characters',
  ],
  ['metadata as text', withField('metadata', '"{}"'), 'metadata is some text'],
  ['an infinite number', withField('metadata', '{"a":1e400}'), 'beyond all that can be kept'],
  ['half a character', withField('metadata', '{"a":"\\ud83d"}'), 'half a character'],
];

describe('bad requests', () => {
  let room: HttpRoom;
  let before: Record<string, number>;

  beforeEach(async () => {
    room ??= await httpRoom();
    before = await rowCounts(room.database);
  });
  afterEach(async () => {
    expect(await rowCounts(room.database), 'rows').to.deep.equal(before);
  });
  after(async () => {
    await expectBalanced(room.database);
    await room.drop();
  });

  /** Twice the same, as a problem of this status and code; answers what it says. */
  const refused = async (
    [status, code]: readonly [number, string],
    ...request: Parameters<HttpRoom['send']>
  ): Promise<string> => {
    const { requestId, ...first } = (await room.send(...request)).body;
    const again = await room.send(...request);
    expect(again.headers.get('content-type')).to.equal('application/problem+json');
    expect(first).to.include({ status, code, type: `urn:holdfast:error:${code}` });
    expect(requestId).to.match(/^[0-9a-f]{16}$/);
    expect([again.status, { ...again.body, requestId: 0 }]).to.deep.equal([
      status,
      { ...first, requestId: 0 },
    ]);
    return String(first['detail']);
  };
  const INVALID = [400, 'invalid-input'] as const;
  const NOT_READ = [415, 'unsupported-media-type'] as const;

  for (const [what, body, says = ''] of BODIES) {
    it(`with ${what} as an order are refused`, async () => {
      const detail = await refused(INVALID, 'producer', 'POST', '/v1/orders', body);
      expect(detail).to.include(says);
      expect(detail.length).to.be.lessThan(500);
    });
  }

  it('with other content types are refused, and those of JSON are not', async () => {
    for (const type of [
      'text/plain',
      'text/plain; charset=utf-8',
      'application/jsonx',
      'application/json, text/plain',
      'application/json;x',
      'application/json; charset=utf-16',
      'application/json; charset',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/problem+json',
      'json',
      '*/*',
    ]) {
      const headers = { 'content-type': type };
      const send = ['producer', 'POST', '/v1/orders', JSON.stringify(order), headers] as const;
      await refused(NOT_READ, ...send);
    }
    for (const encoding of ['gzip', 'br', 'deflate, gzip', 'x']) {
      const headers = { 'content-encoding': encoding };
      const send = ['producer', 'POST', '/v1/orders', JSON.stringify(order), headers] as const;
      await refused(NOT_READ, ...send);
    }
  });

  it('that are too large are refused before they are read', async () => {
    const large = withField('metadata', `{"a":"${'x'.repeat(2_000_000)}"}`);
    const LARGE = [413, 'body-too-large'] as const;
    await refused(LARGE, 'producer', 'POST', '/v1/orders', large);
    await refused(LARGE, 'producer', 'POST', '/v1/orders/batch', large);
    await refused(LARGE, 'operator', 'PUT', '/v1/stock/7', large);
  });

  it('with addresses that are no ids are refused', async () => {
    for (const id of ['a%2Fb', '%00', 'a%20b', '%ff', '%zz', '%', LONG, 'ä', "a';--", 'a%0d%0ab']) {
      await refused(INVALID, 'viewer', 'GET', `/v1/orders/${id}`);
      await refused(INVALID, 'producer', 'POST', `/v1/orders/${id}/cancel`, {});
    }
    for (const id of ['0', '-1', '1.5', '1e3', '0x7', '007', ' 7', '9007199254740992', 'x']) {
      await refused(INVALID, 'viewer', 'GET', `/v1/stock/${id}`);
      await refused(INVALID, 'operator', 'PUT', `/v1/stock/${id}`, { available: 1 });
    }
    const path = `/v1/orders/${'x'.repeat(129)}`;
    await refused([414, 'address-too-long'], 'viewer', 'GET', path);
  });

  it('with queries that are not taken are refused', async () => {
    for (const query of ['wait=31s', 'wait=0s', 'wait=5', 'wait=30001ms', 'wait=', 'wait=-1s']) {
      await refused(INVALID, 'producer', 'POST', `/v1/orders?${query}`, order);
    }
    for (const query of [
      'limit=0',
      'limit=5001',
      'limit=1e2',
      'limit=',
      'limit=1&limit=2',
      'before=9007199254740993',
      'state=lost',
      'goodsId=x',
      'q=%25',
      `q=${LONG}`,
      'colour=red',
      '__proto__=x',
    ]) {
      await refused(INVALID, 'viewer', 'GET', `/v1/orders?${query}`);
    }
    await refused(INVALID, 'viewer', 'GET', '/v1/orders/a?colour=red');
    await refused(INVALID, 'viewer', 'GET', '/v1/audit?now=1');
    await refused(INVALID, null, 'POST', '/v1/webhooks/payments?now=1', order);
  });

  it('with an idempotency key twice, empty or too long are refused', async () => {
    for (const key of ['one, two', 'one,two', LONG, ' ', 'a b', 'ä']) {
      const send = ['producer', 'POST', '/v1/orders', order, { 'idempotency-key': key }] as const;
      await refused(INVALID, ...send);
    }
  });

  it('with 501 orders, or none, are refused whole', async () => {
    for (const orders of [times(501, order), [], {}, null, 'all']) {
      await refused(INVALID, 'producer', 'POST', '/v1/orders/batch', { orders });
    }
    await refused(INVALID, 'producer', 'POST', '/v1/orders/batch', { orders: [order], more: 1 });
    const [poisoned] = [withField('metadata', '{"__proto__":{}}')];
    await refused(INVALID, 'producer', 'POST', '/v1/orders/batch', `{"orders":[${poisoned}]}`);
  });

  it('for a change of stock are refused', async () => {
    const key = { reason: 'test', idempotencyKey: 'k' };
    for (const delta of [0, -0, 1.5, 1e13, -1e13, '5', null]) {
      const path = '/v1/stock/7/adjustments';
      await refused(INVALID, 'operator', 'POST', path, { ...key, delta });
    }
    for (const available of [-1, 0.5, 1e13, '5']) {
      await refused(INVALID, 'operator', 'PUT', '/v1/stock/7', { available });
    }
    const long = { delta: 1, idempotencyKey: 'k', reason: 'x'.repeat(201) };
    await refused(INVALID, 'operator', 'POST', '/v1/stock/7/adjustments', long);
  });

  it('that are no HTTP are answered all the same, and hung up on', async () => {
    for (const [status, code, text] of [
      [400, 'invalid-input', 'HELLO\r\n\r\n'],
      [400, 'invalid-input', 'GET / HTTP/1.1\r\nhost: x\r\nbroken header\r\n\r\n'],
      [400, 'invalid-input', 'GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n'],
      [400, 'invalid-input', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n'],
      [
        400,
        'invalid-input',
        'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n',
      ],
      [431, 'headers-too-large', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(10_000)}\r\n\r\n`],
      [431, 'headers-too-large', `GET /${'x'.repeat(10_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
    ] as const) {
      const { status: found, head, body } = await sendRaw(room.url, text);
      expect([found, (JSON.parse(body) as { code: string }).code], text.slice(0, 60)).to.deep.equal(
        [status, code],
      );
      expect(head).to.include('application/problem+json').and.include('connection: close');
    }
  });

  it('with a header that our client could not send are refused', async () => {
    const body = JSON.stringify(order);
    for (const type of ['application/json\t;x', '\tapplication/json;\tx', ' application/json;;x']) {
      const { status } = await sendRaw(
        room.url,
        `POST /v1/orders HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKENS.producer}\r\n` +
          `content-type: ${type}\r\ncontent-length: ${body.length}\r\n` +
          `connection: close\r\n\r\n${body}`,
      );
      expect(status, JSON.stringify(type)).to.equal(415);
    }
  });
});
