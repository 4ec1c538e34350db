import { expect } from 'chai';
import { type EventReader, readEvents } from '../support/event-reader.ts';
import { type HttpRoom, httpRoom, TOKENS } from '../support/http-room.ts';
import { memoryLogger } from '../support/memory-logger.ts';
import { until } from '../support/until.ts';

const logger = memoryLogger();
const asViewer = { authorization: `Bearer ${TOKENS.viewer}` };

describe('the stream of events', () => {
  let room: HttpRoom;
  let readers: EventReader[];
  let queueCounts: () => Promise<readonly object[]>;

  beforeEach(async () => {
    readers = [];
    queueCounts = () => Promise.resolve([{ queue: 'order-placed', waiting: 3 }]);
    room = await httpRoom({ logger, parts: { queueCounts: () => queueCounts() } });
    await room.restock(7, 10);
  });
  afterEach(async () => {
    for (const reader of readers) reader.stop();
    await room.drop();
  });

  const listen = async (headers: Readonly<Record<string, string>> = asViewer) => {
    const reader = await readEvents(`${room.url}/v1/events`, headers);
    readers.push(reader);
    return reader;
  };
  const named = (reader: EventReader, name: string) =>
    reader
      .events()
      .filter(([one]) => one === name)
      .flatMap(([, data]) => data as Record<string, unknown>[]);
  const place = (orderId: string, quantity = 1) =>
    room.send('producer', 'POST', '/v1/orders?wait=5s', {
      orderId,
      lines: [{ goodsId: 7, quantity }],
    });

  it('is for viewers', async () => {
    const as = async (token: string) => (await listen({ authorization: `Bearer ${token}` })).status;
    expect((await listen({})).status).to.equal(401);
    expect(await as('nobody-was-given-this')).to.equal(401);
    expect(await as(TOKENS.producer)).to.equal(403);
    expect(await as(TOKENS.operator)).to.equal(200);
  });

  it('tells of orders and stock as they change, of each the last', async () => {
    const reader = await listen();
    expect(reader.head['content-type']).to.equal('text/event-stream; charset=utf-8');
    expect(reader.head['content-security-policy']).to.include("default-src 'self'");
    await place('a', 2);
    await until(() => named(reader, 'order').length > 0 && named(reader, 'stock').length > 0);
    expect(named(reader, 'order').at(-1)).to.include({ orderId: 'a', state: 'reserved' });
    expect(named(reader, 'stock').at(-1)).to.deep.include({ goodsId: 7, available: 8, held: 2 });
    await place('b', 100);
    await until(() => named(reader, 'order').some(({ orderId }) => orderId === 'b'));
    const rejected = named(reader, 'order').find(({ state }) => state === 'rejected');
    expect(rejected).to.include({ orderId: 'b', reason: 'sold-out' });
  });

  it('tells how full the queues are, and when that cannot be known', async () => {
    const reader = await listen();
    await until(() => named(reader, 'queues').length > 0, 4000);
    expect(named(reader, 'queues')).to.deep.equal([{ queue: 'order-placed', waiting: 3 }]);
    queueCounts = () => Promise.reject(new Error('redis://user:secret@host is away'));
    await until(() => named(reader, 'queues').length > 1, 4000);
    const told = { error: 'the queue Redis cannot be reached' };
    expect(named(reader, 'queues').at(-1)).to.deep.equal(told);
    expect(logger.lines.join('\n')).to.not.include('secret');
  });

  it('begins with what happens from now on, also for the next to come', async () => {
    const first = await listen();
    await place('a');
    first.stop();
    await until(() => first.closed());
    const second = await listen();
    await place('b');
    await until(() => named(second, 'order').length > 0);
    const ids = new Set(named(second, 'order').map(({ orderId }) => orderId));
    expect(ids).to.deep.equal(new Set(['b']));
  });

  it('takes a hundred, and the next when one has left', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => listen()));
    expect(new Set(all.map(({ status }) => status))).to.deep.equal(new Set([200]));
    const refused = await room.send('viewer', 'GET', '/v1/events');
    expect([refused.status, refused.body['code']]).to.deep.equal([503, 'overloaded']);
    expect(refused.headers.get('retry-after')).to.equal('10');
    all[0]?.stop();
    await until(async () => (await listen()).status === 200);
  });

  it('lets go whoever reads much too slowly, and the others hear on', async () => {
    // More than every buffer on the way takes.
    const much = [{ queue: 'x'.repeat(16 * 1024 * 1024) }];
    queueCounts = () => Promise.resolve(much);
    const [slow, fast] = [await listen(), await listen()];
    slow.pause();
    await until(() => logger.lines.some((line) => line.includes('reads too slowly')), 8000);
    slow.resume();
    await until(() => slow.closed(), 5000);
    expect(fast.closed()).to.equal(false);
  });

  it('ends when the server does', async () => {
    const reader = await listen();
    const start = performance.now();
    await room.stopServer();
    expect(performance.now() - start).to.be.lessThan(1500);
    await until(() => reader.closed());
  });
});
