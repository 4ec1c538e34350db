import { expect } from 'chai';
import { audit, readOrder } from '../../src/saga/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';

describe('refunds over HTTP', () => {
  let room: HttpRoom;

  beforeEach(async () => {
    room = await httpRoom();
    await room.restock(7, 5);
    for (const orderId of ['a', 'b', 'c']) {
      await room.place(orderId, [{ goodsId: 7, quantity: 1 }]);
      await room.reserve(orderId);
      await room.pay({ paymentId: `pay-${orderId}`, orderId, amount: 900, currency: 'EUR' });
    }
    await room.pay({ paymentId: 'twice-b', orderId: 'b', amount: 900 });
    await room.giveBack('c');
  });
  afterEach(async () => {
    await expectBalanced(room.database);
    expect((await audit(room.database)).differences).to.deep.equal([]);
    await room.drop();
  });

  const listed = async (query: string) =>
    (await room.send('payments', 'GET', `/v1/payments${query}`)).body;
  const told = async (paymentId: string, body: object = { reason: 'transfer 4711' }) =>
    await room.send('payments', 'POST', `/v1/payments/${paymentId}/refunded`, body);

  it('are a list to be worked through, page by page', async () => {
    const first = await listed('?state=refund-due&limit=1');
    expect(first['payments']).to.have.length(1);
    expect((first['payments'] as object[])[0]).to.include({
      paymentId: 'pay-c',
      orderId: 'c',
      state: 'refund-due',
      reason: 'returned',
      amount: 900,
      currency: 'EUR',
    });
    const rest = await listed(`?state=refund-due&after=${first['next'] as string}`);
    expect([(rest['payments'] as { paymentId: string }[])[0]?.paymentId, rest['next']]).to.eql([
      'twice-b',
      null,
    ]);
    expect(((await listed(''))['payments'] as unknown[]).length).to.equal(4);
    expect((await room.send('producer', 'GET', '/v1/payments')).status).to.equal(403);
  });

  it('leave the list when they are told of, with who and why in the history', async () => {
    const { status, body } = await told('twice-b', { reason: 'transfer 4711', actor: 'ann' });
    expect([status, body['state']]).to.deep.equal([200, 'paid']);
    expect(body['payment']).to.deep.equal({
      paymentId: 'twice-b',
      state: 'refunded',
      reason: 'already-paid',
    });
    const order = await readOrder(room.database, 'b');
    expect(order?.history.at(-1)).to.include({ event: 'refunded', from: 'paid', to: 'paid' });
    const detail = { paymentId: 'twice-b', actor: 'ann', reason: 'transfer 4711' };
    expect(order?.history.at(-1)?.detail).to.deep.equal(detail);
    const left = (await listed('?state=refund-due'))['payments'];
    expect((left as { paymentId: string }[]).map(({ paymentId }) => paymentId)).to.eql(['pay-c']);
  });

  it('happen once, however many tell of them at the same time', async () => {
    const answers = await Promise.all([told('pay-c'), told('pay-c'), told('pay-c')]);
    answers.push(await told('pay-c', { reason: 'another word for it' }));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
    const steps = (await readOrder(room.database, 'c'))?.history ?? [];
    const refunds = steps.filter(({ event }) => event === 'refunded');
    expect(refunds.map(({ detail }) => detail?.['actor'])).to.deep.equal(['payments']);
  });

  it('are refused where no money is to go back', async () => {
    const applied = await told('pay-a');
    expect([applied.status, applied.body['code']]).to.deep.equal([409, 'not-refund-due']);
    const unknown = await told('pay-z');
    expect([unknown.status, unknown.body['code']]).to.deep.equal([404, 'unknown-payment']);
    expect((await told('pay-c', {})).status).to.equal(400);
    const path = '/v1/payments/pay-c/refunded';
    expect((await room.send('viewer', 'POST', path, { reason: 'x' })).status).to.equal(403);
    expect((await room.send('operator', 'POST', path, { reason: 'x' })).status).to.equal(200);
  });
});
