import { expect } from 'chai';
import { type HttpRoom, httpRoom } from '../support/http-room.ts';

describe('notices over HTTP', () => {
  let room: HttpRoom;
  before(async () => {
    room = await httpRoom({ rules: { writesNotices: true } });
    await room.restock(7, 1);
    await room.place('a', [{ goodsId: 7, quantity: 1 }]);
    await room.reserve('a');
    await room.pay({ orderId: 'a', paymentId: 'p' });
  });
  after(() => room.drop());

  const kinds = async (query: string) => {
    const { status, body } = await room.send('viewer', 'GET', `/v1/notices?${query}`);
    expect(status).to.equal(200);
    return (body['notices'] as { kind: string }[]).map(({ kind }) => kind);
  };

  it('are listed newest first, by state, by subject and page by page', async () => {
    expect(await kinds('')).to.deep.equal(['order.paid', 'stock.out', 'order.reserved']);
    expect(await kinds('subject=goods:7')).to.deep.equal(['stock.out']);
    expect(await kinds('subject=order:a&state=waiting&limit=1')).to.deep.equal(['order.paid']);
    expect(await kinds('before=2')).to.deep.equal(['order.reserved']);
    expect(await kinds('state=dead')).to.deep.equal([]);
  });

  it('are shown one by one with what they say and how it went', async () => {
    const { body } = await room.send('viewer', 'GET', '/v1/notices/3');
    expect(body).to.deep.include({
      id: '3',
      kind: 'order.paid',
      subject: 'order:a',
      state: 'waiting',
      attempts: 0,
      facts: { orderId: 'a', state: 'paid', paymentId: 'p' },
      log: [],
    });
  });

  it('are replayed by operators only', async () => {
    await room.database.write("UPDATE notices SET state = 'dead', due_at = NULL WHERE seq = 3");
    const refused = await room.send('viewer', 'POST', '/v1/notices/3/replay');
    expect([refused.status, refused.body['code']]).to.deep.equal([403, 'forbidden']);
    expect(await kinds('state=dead')).to.deep.equal(['order.paid']);
    const replayed = await room.send('operator', 'POST', '/v1/notices/3/replay', {});
    expect(replayed.status).to.equal(200);
    expect(replayed.body).to.include({ id: '3', state: 'waiting' });
    expect(replayed.body['nextAt']).to.match(/Z$/);
  });

  it('are refused where there are none, to strangers and with bad words', async () => {
    const codeOf = async (role: 'viewer' | 'producer' | null, path: string) => {
      const { status, body } = await room.send(role, 'GET', `/v1/notices${path}`);
      return `${status} ${String(body['code'])}`;
    };
    expect(await codeOf('viewer', '/99')).to.equal('404 unknown-notice');
    expect(await codeOf('viewer', '/x')).to.equal('400 invalid-input');
    expect(await codeOf('viewer', '?subject=buyer:1')).to.equal('400 invalid-input');
    expect(await codeOf('viewer', '?state=lost')).to.equal('400 invalid-input');
    expect(await codeOf('producer', '')).to.equal('403 forbidden');
    expect(await codeOf(null, '')).to.equal('401 unauthorized');
    const none = await room.send('operator', 'POST', '/v1/notices/99/replay');
    expect(none.body).to.include({ status: 404, code: 'unknown-notice' });
  });
});
