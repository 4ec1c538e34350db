import { expect } from 'chai';
import { signatureOf } from '../../src/kernel/index.ts';
import { readOrder } from '../../src/saga/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type HttpRoom, httpRoom, PAYMENT_SECRET } from '../support/http-room.ts';
import { rowCounts } from '../support/row-counts.ts';
import { signedHeaders, unixNow } from '../support/signed.ts';

const PATH = '/v1/webhooks/payments';
const SECOND_SECRET = 'test-secret-that-comes-next';

describe('the webhook of payments', () => {
  let room: HttpRoom;

  before(async () => {
    const paymentSecrets = [PAYMENT_SECRET, SECOND_SECRET];
    room = await httpRoom({ doors: { paymentSecrets } });
    await room.restock(7, 100);
  });
  after(async () => {
    await expectBalanced(room.database);
    await room.drop();
  });

  const reserve = (orderId: string, more = {}) =>
    room.send('producer', 'POST', '/v1/orders?wait=5s', {
      orderId,
      lines: [{ goodsId: 7, quantity: 1 }],
      ...more,
    });
  const tell = (payment: unknown, headers?: Readonly<Record<string, string>>) => {
    const body = typeof payment === 'string' ? payment : JSON.stringify(payment);
    return room.send(null, 'POST', PATH, body, headers ?? signedHeaders(body));
  };
  const firstOf = ({ body }: Awaited<ReturnType<typeof tell>>) =>
    (body['answers'] as Record<string, unknown>[])[0];

  it('refuses what is not signed, or not so, and changes nothing', async () => {
    const body = JSON.stringify({ orderId: 'w-1', paymentId: 'w-p1' });
    const now = unixNow();
    const right = signatureOf([PAYMENT_SECRET], body, now);
    const before = await rowCounts(room.database);
    for (const [what, signature] of [
      ['nothing', undefined],
      ['no words', ''],
      ['no time', right.replace(/^t=\d+,/, '')],
      ['no signature', `t=${now}`],
      ['two times', `t=${now},${right}`],
      ['a signature cut', right.slice(0, -1)],
      ['capitals', right.toUpperCase()],
      ['another time', right.replace(`t=${now}`, `t=${now + 1}`)],
      ['another secret', signatureOf(['somebody-elses-secret'], body, now)],
      ['another body', signatureOf([PAYMENT_SECRET], `${body} `, now)],
      ['the past', signatureOf([PAYMENT_SECRET], body, now - 302)],
      ['the future', signatureOf([PAYMENT_SECRET], body, now + 302)],
      ['17 signatures', `t=${now}${`,v1=${'0'.repeat(64)}`.repeat(17)}`],
      ['4 kB', `${right},${'x'.repeat(4000)}`],
    ] as const) {
      for (let times = 0; times < 2; times += 1) {
        const {
          status,
          body: answer,
          headers,
        } = await tell(body, {
          'content-type': 'application/json',
          ...(signature === undefined ? {} : { 'holdfast-signature': signature }),
        });
        expect([status, answer['code']], what).to.deep.equal([401, 'unauthorized']);
        expect(headers.get('content-type')).to.equal('application/problem+json');
        expect(JSON.stringify(answer), what).to.not.include(right.slice(-20));
      }
    }
    const headers = { ...signedHeaders(body), 'x-much': 'x'.repeat(10_000) };
    expect((await tell(body, headers)).status).to.equal(431);
    expect(await rowCounts(room.database)).to.deep.equal(before);
  });

  it('takes what was signed 299 s ago or ahead, by any of its secrets', async () => {
    await reserve('w-2');
    const body = JSON.stringify({ orderId: 'w-2', paymentId: 'w-p2' });
    const now = unixNow();
    for (const headers of [
      signedHeaders(body, now - 299),
      signedHeaders(body, now + 299),
      signedHeaders(body, now, [SECOND_SECRET]),
      signedHeaders(body, now, ['an-older-secret', PAYMENT_SECRET]),
      signedHeaders(body, now, [PAYMENT_SECRET, SECOND_SECRET]),
    ]) {
      const answer = await tell(body, headers);
      expect(answer.status).to.equal(200);
      expect(firstOf(answer)).to.deep.equal({
        orderId: 'w-2',
        status: 200,
        state: 'paid',
        payment: { paymentId: 'w-p2', state: 'applied' },
      });
    }
  });

  it('applies a payment once, however often it is told at once', async () => {
    await reserve('w-3');
    const body = JSON.stringify({ orderId: 'w-3', paymentId: 'w-p3' });
    const headers = signedHeaders(body);
    const answers = await Promise.all(Array.from({ length: 1000 }, () => tell(body, headers)));
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([200]));
    expect(new Set(answers.map((answer) => JSON.stringify(firstOf(answer)))).size).to.equal(1);
    const order = await readOrder(room.database, 'w-3');
    expect(order?.payments.map(({ state }) => state)).to.deep.equal(['applied']);
    expect(order?.history.map(({ event }) => event)).to.deep.equal([
      'placed',
      'reserve',
      'payment',
    ]);
  });

  it('keeps a payment that comes before its order, and applies it then', async () => {
    const early = await tell({ orderId: 'w-4', paymentId: 'w-p4' });
    expect(firstOf(early)).to.deep.include({ status: 200, state: 'awaited' });
    expect((await reserve('w-4')).body['state']).to.equal('paid');
  });

  it('keeps what is not the amount or the currency, to be given back', async () => {
    await reserve('w-5', { amount: 500, currency: 'EUR' });
    for (const [paymentId, about, reason] of [
      ['w-p5', { amount: 499, currency: 'EUR' }, 'amount-mismatch'],
      ['w-p6', { amount: 500, currency: 'USD' }, 'amount-mismatch'],
    ] as const) {
      const answer = firstOf(await tell({ orderId: 'w-5', paymentId, ...about }));
      expect(answer).to.deep.include({ status: 200, state: 'reserved' });
      expect(answer?.['payment']).to.deep.equal({ paymentId, state: 'refund-due', reason });
    }
  });

  it('keeps a payment id that means another payment as a dead letter, once', async () => {
    await reserve('w-6');
    await tell({ orderId: 'w-6', paymentId: 'w-p7' });
    for (let times = 0; times < 2; times += 1) {
      const answer = await tell({ orderId: 'w-7', paymentId: 'w-p7' });
      expect(answer.status).to.equal(200);
      expect(firstOf(answer)).to.include({ status: 409, code: 'payment-conflict' });
    }
    const { body } = await room.send('viewer', 'GET', '/v1/dead-letters');
    const letters = body['deadLetters'] as Record<string, unknown>[];
    expect(letters).to.have.length(1);
    expect(letters[0]).to.include({ code: 'payment-conflict', source: 'webhook', times: 2 });
  });

  it('answers several in their order', async () => {
    await reserve('w-8');
    const payments = ['w-8', 'w-nobody', 'w-6'].map((orderId, index) => ({
      orderId,
      paymentId: `w-p8${index}`,
    }));
    const { status, body } = await tell({ payments });
    expect(status).to.equal(200);
    const answers = body['answers'] as Record<string, unknown>[];
    expect(answers.map((one) => [one['orderId'], one['state']])).to.deep.equal([
      ['w-8', 'paid'],
      ['w-nobody', 'awaited'],
      ['w-6', 'paid'],
    ]);
  });

  it('refuses what is signed and not valid, with words and not with the words sent', async () => {
    const before = await rowCounts(room.database);
    const one = { orderId: 'w-9', paymentId: 'w-p9' };
    for (const body of [
      '',
      'canary',
      '{"orderId":"canary"',
      'null',
      '[]',
      JSON.stringify({ payments: [] }),
      JSON.stringify({ payments: Array.from({ length: 501 }, () => one) }),
      JSON.stringify({ payments: [one], orderId: 'w-9' }),
      JSON.stringify({ ...one, canary: 'canary' }),
      JSON.stringify({ ...one, amount: '5' }),
      JSON.stringify({ ...one, paidAt: '2026-13-45T00:00:00Z' }),
      JSON.stringify({ ...one, paidAt: 'yesterday' }),
      `{"__proto__":{"payments":[]},${JSON.stringify(one).slice(1)}`,
      '['.repeat(200_000) + ']'.repeat(200_000),
      Buffer.from([0x22, 0xff, 0xfe, 0x22]).toString('latin1'),
    ]) {
      for (let times = 0; times < 2; times += 1) {
        const { status, body: answer } = await tell(body);
        expect([status, answer['code']], body.slice(0, 50)).to.deep.equal([400, 'invalid-input']);
        expect(String(answer['detail']).replaceAll(/canary is/g, '')).to.not.include('canary');
      }
    }
    expect(await rowCounts(room.database)).to.deep.equal(before);
  });

  it('takes JSON in UTF-8, plain, and nothing else', async () => {
    const body = JSON.stringify({ orderId: 'w-10', paymentId: 'w-p10' });
    const status = async (headers: Readonly<Record<string, string>>) =>
      (await tell(body, { ...signedHeaders(body), ...headers })).status;
    expect(await status({ 'content-type': 'application/json; charset=utf-8' })).to.equal(200);
    expect(await status({ 'content-type': 'application/json;charset="UTF-8"' })).to.equal(200);
    expect(await status({ 'content-encoding': 'identity' })).to.equal(200);
    expect(await status({ 'content-type': 'application/json; charset=latin1' })).to.equal(415);
    expect(await status({ 'content-type': 'text/plain' })).to.equal(415);
    expect(await status({ 'content-encoding': 'gzip' })).to.equal(415);
    const large = JSON.stringify({ payments: 'x'.repeat(1_100_000) });
    expect((await tell(large)).status).to.equal(413);
  });
});
