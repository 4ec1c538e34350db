import { Writable } from 'node:stream';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { createQueueNudges, type QueueNudges } from '../../src/app/queue-nudges.ts';
import { randomName, systemClock } from '../../src/kernel/index.ts';
import { openDatabase } from '../../src/mysql/index.ts';
import { openQueues, type Queues } from '../../src/queues/index.ts';
import { connectRedis } from '../../src/redis/index.ts';
import { createLogger } from '../../src/telemetry/index.ts';
import { testServers } from '../support/environment.ts';
import { FakeLocks } from '../support/fake-locks.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';
import { signedHeaders } from '../support/signed.ts';

/** Whatever holds this word was a secret, or is a person's. */
const CANARY = /canary/i;
const tokenOf = (role: string): string => `canary-token-of-${role}`;
const tokens = {
  producer: [tokenOf('producer')],
  payments: [tokenOf('payments')],
  viewer: [tokenOf('viewer')],
  operator: [tokenOf('operator')],
};
const SECRET = 'canary-secret-of-payments';
const PASSWORD = 'canary-password-of-the-database';
const OWN_VIEW = /^GET \/v1\/orders/;

/** Bodies that hold a canary wherever a person's data or a mistake can stand. */
const BODIES: readonly string[] = [
  'canary',
  '"canary"',
  '["canary"]',
  '{"canary": canary}',
  '{"__proto__":{"canary":"canary"}}',
  ...[
    { buyerId: 'canary-buyer' },
    { buyerId: 'canary buyer' },
    { metadata: { address: 'canary-street' } },
    { metadata: 'canary' },
    { metadata: { address: 'canary'.repeat(1000) } },
    { card: 'canary-card' },
    { token: 'canary-token' },
    { lines: 'canary' },
    { lines: [{ goodsId: 7, quantity: 1, name: 'canary' }] },
    { lines: [{ price: 'canary' }] },
    { amount: { cents: 'canary' } },
    { currency: ['canary'] },
    { paidAt: { at: 'canary' } },
    { reason: 'canary'.repeat(100) },
    { available: { all: 'canary' } },
    { delta: ['canary'] },
    { idempotencyKey: { key: 'canary' } },
  ].map((more) => JSON.stringify({ ...order('o-1'), paymentId: 'p-1', ...more })),
  JSON.stringify({ orders: [{ ...order('o-2'), buyerId: 'canary-buyer' }, 'canary', ['canary']] }),
  JSON.stringify({ payments: [{ orderId: 'o-1', paymentId: 'p-2', note: 'canary' }] }),
];

function order(orderId: string) {
  return { orderId, lines: [{ goodsId: 7, quantity: 1 }] };
}

describe('a canary', () => {
  let logged: string;
  let nudges: QueueNudges;
  let queues: Queues;
  let room: HttpRoom;
  const prefix = `{birds-${randomName(4)}}`;
  const logger = createLogger({
    level: 'debug',
    format: 'json',
    stream: new Writable({
      write: (chunk, _encoding, done) => {
        logged += String(chunk);
        done();
      },
    }),
  });

  beforeEach(async () => {
    logged = '';
    queues = openQueues({
      connection: connectRedis(testServers().redisUrl, 'producer', { logger, name: 'test' }),
      prefix,
      onError: () => undefined, // a queue that cannot be reached fails the test by itself
    });
    await queues.ready(5000);
    nudges = createQueueNudges({
      queues,
      logger,
      clock: systemClock,
      lookHere: () => Promise.resolve(),
    });
    const doors = { tokens, paymentSecrets: [SECRET] };
    room = await httpRoom({ logger, nudges, locks: new FakeLocks(), doors });
    await room.restock(7, 1000);
  });
  afterEach(async () => {
    await room.drop();
    await nudges.settled();
    await queues.close();
  });

  /** Asks, and answers what came back in which nobody may find a canary. */
  const ask = async (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<string> => {
    const response = await fetch(room.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      redirect: 'manual',
      ...(body === undefined || method === 'GET' ? {} : { body }),
    });
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      await response.body?.cancel();
      return '';
    }
    const text = await response.text();
    const isView = OWN_VIEW.test(`${method} ${path}`) && response.status === 200;
    return isView ? '' : `${method} ${path.split('?')[0]} ${response.status} ${text}`;
  };
  const operations = async (): Promise<[method: string, path: string][]> => {
    const { paths } = (await (await fetch(`${room.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method): [string, string] => [
        method.toUpperCase(),
        path.replace('{orderId}', 'o-1').replace('{goodsId}', '7').replace('{noticeId}', '1'),
      ]),
    );
  };
  const canariesIn = (texts: readonly string[]): string[] =>
    texts.filter((text) => CANARY.test(text)).map((text) => text.slice(0, 400));

  it('is in no answer but the view of the order, and in no line of the log', async () => {
    const answers: string[] = [];
    const callers = [
      {},
      { authorization: 'Bearer canary-unknown-token' },
      { authorization: 'Basic canary' },
      { cookie: 'holdfast_token=canary-unknown-cookie; canary=canary' },
      ...Object.values(tokens).map(([token]) => ({ authorization: `Bearer ${token}` })),
    ];
    for (const [method, path] of await operations()) {
      for (const caller of callers) {
        answers.push(await ask(method, path, caller));
        answers.push(await ask(method, `${path}?token=canary-query`, caller));
        if (method === 'GET') continue;
        for (const body of BODIES) {
          const signed = path.includes('webhooks') ? signedHeaders(body, undefined, [SECRET]) : {};
          answers.push(await ask(method, path, { ...caller, ...signed }, body));
        }
      }
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    answers.push(await ask('POST', '/login', form, 'token=canary-guess&next=//canary.example'));
    answers.push(await ask('GET', '/login?next=//canary.example', {}));
    expect(answers.length).to.be.greaterThan(500);
    expect(canariesIn(answers)).to.deep.equal([]);
    expect(logged).to.include('"message":"batch"');
    expect(canariesIn(logged.split('\n'))).to.deep.equal([]);
    const view = await room.database.rows('SELECT buyer_id, metadata FROM orders');
    expect(JSON.stringify(view)).to.include('canary-buyer'); // so there was something to find
  });

  it('is in nothing that the queue Redis is told', async () => {
    const caller = { authorization: `Bearer ${tokenOf('producer')}` };
    const body = { ...order('nudged'), buyerId: 'canary-buyer', metadata: { a: 'canary' } };
    await ask('POST', '/v1/orders', caller, JSON.stringify(body));
    await ask('POST', '/v1/orders?wait=5s', caller, JSON.stringify({ ...body, orderId: 'held' }));
    await nudges.settled();
    const redis = new Redis(testServers().redisUrl);
    try {
      const found: string[] = [];
      for (const key of await redis.keys(`${prefix}*`)) {
        found.push(key, JSON.stringify(await contentOf(redis, key)));
      }
      expect(found.join('\n')).to.include('nudged').and.include('due-');
      expect(canariesIn(found)).to.deep.equal([]);
    } finally {
      redis.disconnect();
    }
  });

  it('is in no word about a database that refuses us, or is not there', async () => {
    const { host, pathname } = new URL(testServers().databaseUrl);
    for (const url of [
      `mysql://nobody:${PASSWORD}@${host}${pathname}`,
      `mysql://nobody:${PASSWORD}@127.0.0.1:1${pathname}`,
    ]) {
      const database = openDatabase({ url, logger });
      const lost = await httpRoom({ logger, database, doors: { tokens } });
      try {
        for (const [method, path] of [
          ['GET', '/v1/orders/a'],
          ['GET', '/v1/audit'],
          ['POST', '/v1/orders'],
        ] as const) {
          const response = await fetch(lost.url + path, {
            method,
            headers: {
              authorization: `Bearer ${tokenOf(method === 'GET' ? 'viewer' : 'producer')}`,
              'content-type': 'application/json',
            },
            ...(method === 'GET' ? {} : { body: JSON.stringify(order('a')) }),
          });
          const text = await response.text();
          expect(response.status, text).to.equal(503);
          expect(canariesIn([text])).to.deep.equal([]);
        }
      } finally {
        await lost.drop();
        await database.close();
      }
    }
    expect(logged).to.include('requests were answered 503');
    expect(canariesIn(logged.split('\n'))).to.deep.equal([]);
  });
});

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'hash':
      return await redis.hgetall(key);
    case 'list':
      return await redis.lrange(key, '0', '-1');
    case 'zset':
      return await redis.zrange(key, '0', '-1');
    case 'stream':
      return await redis.xrange(key, '-', '+');
    default:
      return await redis.get(key);
  }
}
