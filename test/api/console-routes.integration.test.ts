import { expect } from 'chai';
import { listDeadLetters } from '../../src/saga/index.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';

describe('the routes of the console', () => {
  let room: HttpRoom;
  const sentAgain: unknown[] = [];

  before(async () => {
    room = await httpRoom({
      parts: {
        enqueue: (queue, payloads) => {
          sentAgain.push([queue, payloads]);
          return Promise.resolve();
        },
      },
    });
    await room.restock(7, 10);
    await room.restock(8, 10);
    await room.place('o-1', [{ goodsId: 7, quantity: 2 }]);
    await room.reserve('o-1');
    await room.pay({ orderId: 'o-1', paymentId: 'p-1' });
  });
  after(() => room.drop());

  const act = (body: object, role: 'viewer' | 'operator' = 'operator') =>
    room.send(role, 'POST', '/v1/console/acts', body);
  const acts = async (): Promise<Record<string, unknown>[]> =>
    (await room.send('viewer', 'GET', '/v1/console/acts')).body['acts'] as Record<
      string,
      unknown
    >[];

  it('serve the page under a policy that lets in nothing but our own files', async () => {
    for (const path of ['/', '/stock', '/stock/7', '/orders', '/orders/o-1', '/owed', '/login']) {
      const { status, headers, body } = await room.send('viewer', 'GET', path);
      expect(status, path).to.equal(200);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy, path).to.match(/^default-src 'none'; script-src 'self';/);
      expect(policy, path).to.not.match(/unsafe|https?:|\*/);
      expect(String(body['text']), path).to.not.match(/<script>|style=|\son\w+=|https?:\/\//);
    }
  });

  it('serve no other file than those of the page', async () => {
    const script = await room.send(null, 'GET', '/console/main.js');
    expect(script.headers.get('content-type')).to.match(/^text\/javascript/);
    const again = { 'if-none-match': script.headers.get('etag') ?? '' };
    const unchanged = await room.send(null, 'GET', '/console/main.js', undefined, again);
    expect(unchanged.status).to.equal(304);
    for (const file of ['tsconfig.json', '..%2fpackage.json', 'main.ts', '.env', 'constructor']) {
      const { status } = await room.send(null, 'GET', `/console/${file}`);
      expect(status, file).to.equal(404);
    }
  });

  it('find an order, a payment and goods by their ids', async () => {
    const find = async (q: string) =>
      (await room.send('viewer', 'GET', `/v1/console/find?q=${q}`)).body;
    expect(await find('o-1')).to.deep.include({ order: { orderId: 'o-1', state: 'paid' } });
    expect(await find('p-1')).to.deep.include({ payment: { paymentId: 'p-1', orderId: 'o-1' } });
    expect((await find('7'))['goods']).to.include({ goodsId: 7, sold: 2 });
    expect(await find('nothing')).to.deep.equal({ order: null, payment: null, goods: null });
  });

  it('list all goods in pages, the highest id first', async () => {
    const { body } = await room.send('viewer', 'GET', '/v1/stock?limit=1');
    expect(body['stock']).to.have.deep.nested.property('[0].goodsId', 8);
    const next = await room.send('viewer', 'GET', `/v1/stock?before=${String(body['next'])}`);
    expect(next.body).to.have.deep.nested.property('stock[0].goodsId', 7);
    expect(next.body['next']).to.equal(null);
  });

  it('tell what an order did to the stock', async () => {
    const { body } = await room.send('viewer', 'GET', '/v1/console/orders/o-1');
    const kinds = (body['movements'] as { kind: string }[]).map(({ kind }) => kind);
    expect(kinds).to.deep.equal(['reserve', 'settle']);
  });

  it('cancel for a reason, and keep the trace of it, also of what was refused', async () => {
    await room.place('o-2', [{ goodsId: 7, quantity: 1 }]);
    const done = await act({ act: 'cancel-order', orderId: 'o-2', reason: 'called' });
    expect([done.status, done.body]).to.deep.equal([200, { count: 1, result: 'cancelled' }]);
    const refused = await act({ act: 'cancel-order', orderId: 'o-1', reason: 'too late' });
    expect([refused.status, refused.body['code']]).to.deep.equal([409, 'already-paid']);
    const [last, first] = await acts();
    expect(first).to.include({ subject: 'order:o-2', reason: 'called', result: 'cancelled' });
    expect(first?.['actor']).to.match(/^token .{8}$/);
    expect(last).to.include({ subject: 'order:o-1', result: 'refused: already-paid' });
    const { body } = await room.send('viewer', 'GET', '/v1/console/orders/o-2');
    expect(body['acts']).to.have.length(1);
  });

  it('do nothing without a reason, or for a viewer', async () => {
    const before = await acts();
    for (const body of [
      { act: 'cancel-order', orderId: 'o-1' },
      { act: 'cancel-order', orderId: 'o-1', reason: '' },
      { act: 'drop-tables', reason: 'x' },
    ]) {
      expect((await act(body)).status, JSON.stringify(body)).to.equal(400);
    }
    const wish = { act: 'cancel-order', orderId: 'o-1', reason: 'x' };
    expect((await act(wish, 'viewer')).status).to.equal(403);
    expect(await acts()).to.deep.equal(before);
  });

  it('count dead letters without sending them, then send those that have a queue', async () => {
    const letter = { code: 'invalid-input', message: 'wrong', orderId: null };
    const payload = { orderId: 'o-9', lines: [] };
    await room.saga.deadLetters.bury({ ...letter, source: 'order-placed', payload });
    await room.saga.deadLetters.bury({ ...letter, source: 'stock-set', payload: {} });
    const replay = { act: 'replay-letters', code: 'invalid-input', reason: 'mended' };
    const before = (await acts()).length;
    const counted = await act({ ...replay, dryRun: true });
    expect(counted.body).to.include({ count: 1, skipped: 1 });
    expect([sentAgain, (await acts()).length]).to.deep.equal([[], before]);
    expect((await act(replay)).body).to.include({ count: 1, skipped: 1 });
    expect(sentAgain).to.deep.equal([['order-placed', [payload]]]);
    expect((await act(replay)).body, 'once is enough').to.include({ count: 0, skipped: 1 });
  });

  it('send one dead letter again, once, and say why another cannot be', async () => {
    const letter = { code: 'event-impossible', message: 'wrong', orderId: null };
    const payload = { orderId: 'o-10', lines: [] };
    await room.saga.deadLetters.bury({ ...letter, source: 'order-placed', payload });
    await room.saga.deadLetters.bury({ ...letter, source: 'stock-set', payload: {} });
    const filter = { limit: 2, code: letter.code };
    const [queueless, queued] = await listDeadLetters(room.database, filter);
    const replay = { act: 'replay-letter', letterId: queued?.id, reason: 'mended' };
    sentAgain.length = 0;
    const counted = await act({ ...replay, dryRun: true });
    expect(counted.body['result']).to.equal('would go to the queue order-placed');
    expect(sentAgain).to.deep.equal([]);
    expect((await act(replay)).body).to.include({ count: 1 });
    expect((await act(replay)).body, 'once is enough').to.include({ count: 0 });
    expect(sentAgain).to.deep.equal([['order-placed', [payload]]]);
    expect((await act({ ...replay, letterId: queueless?.id })).status).to.equal(409);
    const [refused] = await acts();
    expect(refused).to.include({
      subject: `letter:${queueless?.id}`,
      reason: 'mended',
      result: 'failed: not-replayable',
    });
    expect((await act({ ...replay, letterId: 999_999 })).status).to.equal(404);
    const [row] = await listDeadLetters(room.database, { limit: 1, before: (queued?.id ?? 0) + 1 });
    expect(row).to.include({ replayReason: 'mended' });
  });
});
