import { expect } from 'chai';
import { createClient, type HttpClientOptions } from '../../src/client/index.ts';
import { inMemoryShop, problem, ScriptedServer } from '../support/scripted-server.ts';
import { signal, until } from '../support/until.ts';

const order = (orderId: string, more: object = {}) => ({
  orderId,
  lines: [{ goodsId: 7, quantity: 1 }],
  ...more,
});
const ids = (count: number, name = 'o') =>
  Array.from({ length: count }, (_, at) => `${name}-${at}`);

describe('calls made close together', () => {
  let server: ScriptedServer;

  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(() => server.stop());

  const client = (more: Partial<HttpClientOptions> = {}) =>
    createClient({ httpUrl: server.url, token: 'secret', ...more });

  it('travel in one envelope', async () => {
    const one = client();
    const answers = await Promise.all(ids(30).map((id) => one.place(order(id))));
    expect(answers.map(({ orderId }) => orderId)).to.deep.equal(ids(30));
    expect(server.envelopes).to.deep.equal([30]);
    expect(server.heard[0]?.path).to.equal('/v1/orders/batch');
  });

  it('travel alone when they are alone', async () => {
    await client().place(order('only'));
    expect(server.heard[0]).to.include({ path: '/v1/orders', method: 'POST', query: '' });
    expect(server.heard[0]?.authorization).to.equal('Bearer secret');
  });

  it('leave at once when the envelope is full, and the rest after the delay', async () => {
    const one = client({ maxSize: 10, maxDelayMs: 50 });
    await Promise.all(ids(25).map((id) => one.place(order(id))));
    expect(server.envelopes).to.deep.equal([10, 10, 5]);
    const [full = 0, rest = 0] = [0, 2].map((at) => server.heard[at]?.atMs ?? 0);
    expect(rest - full).to.be.greaterThan(30);
  });

  it('never wait longer than the delay for company', async () => {
    const began = performance.now();
    await client({ maxDelayMs: 5 }).place(order('first'));
    expect((server.heard[0]?.atMs ?? 0) - began).to.be.below(500);
  });

  it('do not share an envelope when they wait differently long', async () => {
    const one = client();
    await Promise.all([
      one.place(order('a')),
      one.place(order('b'), { waitMs: 1000 }),
      one.place(order('c'), { waitMs: 1000 }),
    ]);
    const queries = server.heard.map(({ path, query }) => path + query).toSorted();
    expect(queries).to.deep.equal(['/v1/orders', '/v1/orders/batch?wait=1000ms']);
  });

  it('gather while the way is full, so that the next envelope is larger', async () => {
    const open = signal();
    server.script = async (heard, nth) => {
      if (nth === 1) await open.given;
      return inMemoryShop(heard, nth);
    };
    const one = client({ maxRequests: 1, maxDelayMs: 0 });
    const first = one.place(order('first'));
    await until(() => server.heard.length === 1);
    const more = [];
    for (const id of ids(20)) {
      more.push(one.place(order(id)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    open.give();
    await Promise.all([first, ...more]);
    expect(server.envelopes).to.deep.equal([1, 20]);
  });

  it('are split where their bodies would be too large for one', async () => {
    const metadata = { text: 'x'.repeat(4000) };
    const one = client({ maxSize: 500 });
    await Promise.all(ids(250).map((id) => one.place(order(id, { metadata }))));
    expect(server.envelopes.length).to.be.within(3, 5);
    for (const { text } of server.heard) expect(text.length).to.be.below(400_200);
  });

  it('leave without those that were called off in the meantime', async () => {
    const one = client({ maxDelayMs: 20 });
    const off = new AbortController();
    const dropped = one.place(order('dropped'), { signal: off.signal }).catch(() => 'called off');
    const placed = one.place(order('placed'));
    await new Promise((resolve) => setImmediate(resolve));
    off.abort();
    expect(await dropped).to.equal('called off');
    expect(await placed).to.include({ orderId: 'placed' });
    expect(server.heard.map(({ body }) => body?.['orderId'])).to.deep.equal(['placed']);
  });

  it('do not share the fate of one that the server will not read', async () => {
    server.script = (heard, nth) =>
      heard.text.includes('"bad"')
        ? problem(400, 'invalid-input', { problems: [{ field: 'x', value: 'y', allowed: 'z' }] })
        : inMemoryShop(heard, nth);
    const one = client();
    const told = await Promise.allSettled(
      ['a', 'b', 'bad', 'c', 'd'].map((id) => one.place(order(id))),
    );
    expect(told.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect((told[2] as PromiseRejectedResult).reason).to.include({ code: 'invalid-input' });
  });

  it('do not share the fate of one that JSON cannot carry', async () => {
    const one = client();
    const told = await Promise.allSettled([
      one.place(order('a')),
      one.place(order('big', { metadata: { n: 1n } })),
      one.place(null as never),
    ]);
    expect(told.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'rejected']);
    expect((told[1] as PromiseRejectedResult).reason).to.include({ code: 'invalid-input' });
    expect((told[2] as PromiseRejectedResult).reason).to.include({ code: 'invalid-input' });
  });

  it('are refused when the answer speaks of other orders', async () => {
    server.script = (heard, nth) => {
      const told = inMemoryShop(heard, nth) as { body: { answers: object[] } };
      return { status: 207, body: { answers: told.body.answers.toReversed() } };
    };
    const one = client();
    const told = await Promise.allSettled(['a', 'b'].map((id) => one.place(order(id))));
    for (const { status, ...rest } of told) {
      expect(status).to.equal('rejected');
      expect((rest as PromiseRejectedResult).reason).to.include({ code: 'bad-answer' });
    }
  });
});
