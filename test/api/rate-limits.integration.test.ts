import { expect } from 'chai';
import { type HttpRoom, httpRoom, TOKENS } from '../support/http-room.ts';
import { memoryLogger } from '../support/memory-logger.ts';
import { signedHeaders } from '../support/signed.ts';

const SECOND_VIEWER = 'test-token-of-viewer-two';

describe('the limits of one caller', () => {
  let room: HttpRoom;

  beforeEach(async () => {
    const tokens = {
      producer: [TOKENS.producer],
      payments: [TOKENS.payments],
      viewer: [TOKENS.viewer, SECOND_VIEWER],
      operator: [TOKENS.operator],
    };
    // Two a second, so twenty in ten seconds: no test takes as long as that.
    room = await httpRoom({ doors: { rateLimit: 2, tokens } });
  });
  afterEach(() => room.drop());

  const times = async <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
    await Promise.all(Array.from({ length: count }, (_, index) => work(index)));
  const statusesOf = (answers: readonly { status: number }[]): Record<number, number> => {
    const counts: Record<number, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };

  it('are held by its token, and the others go on', async () => {
    const answers = await times(30, () => room.send('viewer', 'GET', '/v1/orders'));
    expect(statusesOf(answers)).to.deep.equal({ 200: 20, 429: 10 });
    const over = answers.find(({ status }) => status === 429);
    expect(over?.headers.get('content-type')).to.equal('application/problem+json');
    expect(Number(over?.headers.get('retry-after'))).to.be.within(1, 10);
    expect(over?.body).to.deep.include({
      type: 'urn:holdfast:error:too-many-requests',
      code: 'too-many-requests',
      status: 429,
    });
    expect((await room.send('producer', 'GET', '/v1/orders')).status).to.equal(200);
    const second = { authorization: `Bearer ${SECOND_VIEWER}` };
    expect((await room.send(null, 'GET', '/v1/orders', undefined, second)).status).to.equal(200);
    // By its cookie it is still the same caller.
    const cookie = { cookie: `holdfast_token=${TOKENS.viewer}` };
    expect((await room.send(null, 'GET', '/v1/orders', undefined, cookie)).status).to.equal(429);
  });

  it('are held by its address when it has no token, whatever it says it had', async () => {
    const answers = await times(30, (index) =>
      room.send(null, 'GET', '/healthz', undefined, { authorization: `Bearer made-up-${index}` }),
    );
    expect(statusesOf(answers)).to.deep.equal({ 200: 20, 429: 10 });
    expect((await room.send(null, 'GET', '/nothing')).status).to.equal(429);
    expect((await room.send('viewer', 'GET', '/v1/orders')).status).to.equal(200);
  });

  it('end the wrong tries of one address, with whatever tokens, not the right ones', async () => {
    const answers = await times(310, (index) =>
      room.send(null, 'GET', '/v1/orders', undefined, { authorization: `Bearer made-up-${index}` }),
    );
    expect(statusesOf(answers)).to.deep.equal({ 401: 300, 429: 10 });
    const over = answers.find(({ status }) => status === 429);
    expect(over?.body).to.include({ code: 'too-many-requests' });
    expect(over?.headers.get('retry-after')).to.equal('60');
    expect((await room.send('viewer', 'GET', '/v1/orders')).status).to.equal(200);
    // Wrong logins and wrong signatures are wrong tries too.
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await room.send(null, 'POST', '/login', 'token=guess', form)).status).to.equal(429);
    const body = JSON.stringify({ orderId: 'a', paymentId: 'b' });
    const webhook = (secret: string[]) =>
      room.send(null, 'POST', '/v1/webhooks/payments', body, signedHeaders(body, 1, secret));
    expect((await webhook(['a-guess-of-a-secret'])).status).to.equal(429);
  });
});

describe('a server that is late', () => {
  /** Holds the one thread of this process for so long. */
  const hold = (ms: number): void => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  };

  it('refuses with 503 and says when to come again, but tells of itself', async () => {
    const logger = memoryLogger();
    const room = await httpRoom({ logger });
    try {
      await room.send('viewer', 'GET', '/v1/orders');
      // Its lateness is measured each second; so long that one whole second is late.
      for (let round = 0; round < 3; round += 1) {
        hold(1300);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
      const [refused, alive, metrics] = await Promise.all([
        room.send('viewer', 'GET', '/v1/orders'),
        room.send(null, 'GET', '/healthz'),
        room.send(null, 'GET', '/metrics'),
      ]);
      expect(refused.status).to.equal(503);
      expect(refused.headers.get('retry-after')).to.equal('1');
      expect(refused.headers.get('content-type')).to.equal('application/problem+json');
      expect(refused.body).to.include({ code: 'overloaded', status: 503 });
      expect([alive.status, metrics.status]).to.deep.equal([200, 200]);
      const told = logger.lines.filter((line) => line.includes('answered 503'));
      expect(told).to.have.length(1);
    } finally {
      await room.drop();
    }
  });
});
