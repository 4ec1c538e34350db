import { expect } from 'chai';
import { archive } from '../../src/archive/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';
import { age } from '../support/old-orders.ts';

describe('an archived order over HTTP', () => {
  let room: HttpRoom;
  before(async () => {
    room = await httpRoom();
    await room.restock(7, 10);
  });
  after(() => room.drop());

  const order = { orderId: 'a', lines: [{ goodsId: 7, quantity: 2 }], amount: 5 };
  const place = (more = {}) =>
    room.send('producer', 'POST', '/v1/orders?wait=5s', { ...order, ...more });
  const pay = (paymentId: string, more = {}) =>
    room.send('payments', 'POST', '/v1/orders/a/payments', { paymentId, ...more });

  it('says so, and answers what it would have answered', async () => {
    await place();
    const paid = await pay('p');
    await age(room.database, 100);
    const beforeMs = systemClock.wallMs() - 90 * 86_400_000;
    const done = await archive(room.database, { beforeMs, dryRun: false, ledger: true });
    expect(done).to.include({ orders: 1, movements: 3 });
    const { body } = await room.send('viewer', 'GET', '/v1/orders/a');
    expect(body).to.deep.include({ state: 'paid', archived: true, lines: order.lines });
    expect(body['history']).to.deep.equal([]);
    const again = await place();
    expect(again.body).to.include({ orderId: 'a', state: 'paid' });
    expect((await place({ amount: 6 })).body).to.include({ status: 409, code: 'order-conflict' });
    expect((await pay('p')).body).to.deep.equal(paid.body);
    expect((await pay('p', { amount: 1 })).body).to.include({ code: 'payment-conflict' });
    expect((await pay('p2')).body).to.deep.include({
      payment: { paymentId: 'p2', state: 'refund-due', reason: 'already-paid' },
    });
    const cancelled = await room.send('producer', 'POST', '/v1/orders/a/cancel');
    expect(cancelled.body).to.include({ code: 'already-paid' });
    const stock = await room.send('viewer', 'GET', '/v1/stock/7');
    expect(stock.body).to.include({ available: 8, held: 0, sold: 2, received: 10 });
    const audit = await room.send('viewer', 'GET', '/v1/audit');
    expect(audit.body).to.include({ balanced: true, movements: 0 });
  });
});
