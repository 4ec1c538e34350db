import { expect } from 'chai';
import { readOrderState } from '../../src/orders/index.ts';
import { FakeLocks } from '../support/fake-locks.ts';
import { expectBalanced } from '../support/books.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';
import { until } from '../support/until.ts';

describe('orders over HTTP', () => {
  let room: HttpRoom;

  beforeEach(async () => {
    room = await httpRoom();
    await room.restock(7, 10);
  });
  afterEach(async () => {
    await expectBalanced(room.database);
    await room.drop();
  });

  const order = (orderId: string, quantity = 2, goodsId = 7) => ({
    orderId,
    lines: [{ goodsId, quantity }],
  });

  it('are kept in the database when they are answered, and answered the same again', async () => {
    for (let times = 0; times < 2; times += 1) {
      const { status, body } = await room.send('producer', 'POST', '/v1/orders', order('a'));
      expect([status, body]).to.deep.equal([202, { orderId: 'a', state: 'placed' }]);
    }
    const rows = await room.database.rows('SELECT order_id, state FROM orders');
    expect(rows).to.deep.equal([{ order_id: 'a', state: 'placed' }]);
  });

  it('are decided while the caller waits', async () => {
    const won = await room.send('producer', 'POST', '/v1/orders?wait=5s', order('a', 10));
    expect(won.status).to.equal(201);
    expect(won.body).to.include({ orderId: 'a', state: 'reserved' });
    expect(won.body['expiresAt']).to.match(/^\d{4}-.*Z$/);
    const lost = await room.send('producer', 'POST', '/v1/orders?wait=5s', order('b', 1));
    expect(lost.status).to.equal(409);
    expect(lost.headers.get('content-type')).to.equal('application/problem+json');
    expect(lost.body).to.deep.include({
      type: 'urn:holdfast:error:sold-out',
      code: 'sold-out',
      orderId: 'b',
      state: 'rejected',
      short: [{ goodsId: 7, requested: 1, available: 0 }],
    });
    const unknown = await room.send('producer', 'POST', '/v1/orders?wait=5s', order('c', 1, 99));
    expect(unknown.body).to.include({ status: 409, code: 'unknown-goods' });
    const again = await room.send('producer', 'POST', '/v1/orders?wait=5s', order('a', 10));
    expect([again.status, again.body]).to.deep.equal([201, won.body]);
  });

  it('are answered 202 when the wait ends first, and decided later all the same', async () => {
    const locks = new FakeLocks();
    locks.busy.add('7');
    const slow = await httpRoom({ locks });
    await slow.database.write(
      `INSERT INTO stock (goods_id, available, held, sold, received, version)
       VALUES (7, 5, 0, 0, 5, 0)`,
    );
    try {
      const path = '/v1/orders?wait=50ms';
      const { status, body } = await slow.send('producer', 'POST', path, order('a', 1));
      expect([status, body]).to.deep.equal([202, { orderId: 'a', state: 'placed' }]);
      expect(await readOrderState(slow.database, 'a')).to.equal('placed');
      locks.busy.clear();
      await until(async () => (await readOrderState(slow.database, 'a')) === 'reserved', 5000);
    } finally {
      await slow.drop();
    }
  });

  it('with the same id and other content are refused, whoever waits', async () => {
    await room.send('producer', 'POST', '/v1/orders', order('a'));
    for (const path of ['/v1/orders', '/v1/orders?wait=1s']) {
      const { status, body } = await room.send('producer', 'POST', path, order('a', 3));
      expect([status, body['code']]).to.deep.equal([409, 'order-conflict']);
    }
  });

  it('of one idempotency key are one thing only', async () => {
    const key = { 'idempotency-key': 'key-1' };
    const send = (body: object) => room.send('producer', 'POST', '/v1/orders', body, key);
    const answers = await Promise.all([send(order('a')), send(order('a')), send(order('a'))]);
    expect(answers.map(({ status }) => status)).to.deep.equal([202, 202, 202]);
    const other = await send(order('b'));
    expect([other.status, other.body['code']]).to.deep.equal([422, 'idempotency-conflict']);
    expect(await room.database.rows('SELECT order_id FROM orders')).to.have.length(1);
  });

  it('come in batches in which each stands for itself', async () => {
    const orders = [order('a', 6), { orderId: 'b b', lines: [] }, order('c', 6), order('a', 6)];
    const { status, body } = await room.send('producer', 'POST', '/v1/orders/batch?wait=5s', {
      orders,
    });
    expect(status).to.equal(207);
    const answers = body['answers'] as Record<string, unknown>[];
    expect(answers.map((one) => [one['orderId'], one['status']])).to.deep.equal([
      ['a', 201],
      [null, 400],
      ['c', 409],
      ['a', 201],
    ]);
    expect(answers[1]?.['problems']).to.have.length(2);
    expect(answers[2]).to.include({ code: 'sold-out', state: 'rejected' });
  });

  it('are read one by one and in pages', async () => {
    for (const id of ['a', 'b', 'c']) {
      await room.send('producer', 'POST', '/v1/orders?wait=5s', order(id));
    }
    const one = await room.send('viewer', 'GET', '/v1/orders/b');
    expect(one.body).to.deep.include({ orderId: 'b', state: 'reserved', payments: [] });
    expect((one.body['history'] as { cause: string }[]).map(({ cause }) => cause)).to.deep.equal([
      'http',
      'http',
    ]);
    const first = await room.send('viewer', 'GET', '/v1/orders?state=reserved&goodsId=7&limit=2');
    const ids = ({ body }: typeof first) =>
      (body['orders'] as { orderId: string }[]).map(({ orderId }) => orderId);
    expect(ids(first)).to.deep.equal(['c', 'b']);
    const next = String(first.body['next']);
    const second = await room.send('viewer', 'GET', `/v1/orders?limit=2&before=${next}`);
    expect([ids(second), second.body['next']]).to.deep.equal([['a'], null]);
    const unknown = await room.send('viewer', 'GET', '/v1/orders/nobody');
    expect([unknown.status, unknown.body['code']]).to.deep.equal([404, 'unknown-order']);
  });

  it('are cancelled, and not when they are paid', async () => {
    await room.send('producer', 'POST', '/v1/orders?wait=5s', order('a'));
    const path = '/v1/orders/a/cancel';
    for (let times = 0; times < 2; times += 1) {
      const { status, body } = await room.send('producer', 'POST', path);
      expect([status, body['state']]).to.deep.equal([200, 'cancelled']);
    }
    await room.send('producer', 'POST', '/v1/orders?wait=5s', order('b'));
    await room.send('payments', 'POST', '/v1/orders/b/payments', { paymentId: 'p' });
    const late = await room.send('producer', 'POST', '/v1/orders/b/cancel', {});
    expect([late.status, late.body['code']]).to.deep.equal([409, 'already-paid']);
  });

  it('are paid, and each payment is told what became of it', async () => {
    await room.send('producer', 'POST', '/v1/orders?wait=5s', { ...order('a'), amount: 500 });
    const pay = (paymentId: string, more = {}) =>
      room.send('payments', 'POST', '/v1/orders/a/payments', { paymentId, ...more });
    const wrong = await pay('p1', { amount: 499 });
    expect(wrong.body).to.deep.equal({
      orderId: 'a',
      state: 'reserved',
      payment: { paymentId: 'p1', state: 'refund-due', reason: 'amount-mismatch' },
    });
    const right = await pay('p2', { amount: 500 });
    expect(right.body).to.deep.equal({
      orderId: 'a',
      state: 'paid',
      payment: { paymentId: 'p2', state: 'applied' },
    });
    expect((await pay('p2', { amount: 500 })).body).to.deep.equal(right.body);
    const taken = await pay('p2', { amount: 1 });
    expect([taken.status, taken.body['code']]).to.deep.equal([409, 'payment-conflict']);
  });
});
