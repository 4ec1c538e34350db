import { expect } from 'chai';
import {
  createClient,
  type HoldfastError,
  type HttpClientOptions,
} from '../../src/client/index.ts';
import { inMemoryShop, problem, ScriptedServer } from '../support/scripted-server.ts';
import { signal, until } from '../support/until.ts';

const order = (orderId: string) => ({ orderId, lines: [{ goodsId: 7, quantity: 1 }] });

describe('a call that meets trouble', () => {
  let server: ScriptedServer;

  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(() => server.stop());

  const client = (more: Partial<HttpClientOptions> = {}) =>
    createClient({ httpUrl: server.url, token: 'secret', ...more });
  const failing = async (work: Promise<unknown>): Promise<HoldfastError> => {
    try {
      await work;
    } catch (error) {
      return error as HoldfastError;
    }
    throw new Error('it did not fail');
  };
  const gapMs = (one: number, other: number) =>
    (server.heard[other]?.atMs ?? 0) - (server.heard[one]?.atMs ?? 0);

  for (const trouble of [408, 429, 502, 503, 504]) {
    it(`is made again after ${trouble}`, async () => {
      server.script = (heard, nth) =>
        nth === 1 ? { status: trouble, body: '<html>' } : inMemoryShop(heard, nth);
      expect(await client().place(order('a'))).to.include({ state: 'placed' });
      expect(server.heard).to.have.length(2);
    });
  }

  it('is made again when the connection breaks', async () => {
    server.script = (heard, nth) => (nth < 3 ? 'hang-up' : inMemoryShop(heard, nth));
    expect(await client().place(order('a'))).to.include({ state: 'placed' });
  });

  it('waits as long as the server asks for', async () => {
    server.script = (heard, nth) =>
      nth === 1
        ? { ...problem(503, 'busy'), headers: { 'retry-after': '1' } }
        : inMemoryShop(heard, nth);
    await client().place(order('a'));
    expect(gapMs(0, 1)).to.be.within(1000, 2500);
  });

  it('comes back in one envelope when its envelope was refused', async () => {
    server.script = (heard, nth) =>
      nth === 1 ? { status: 503, body: '' } : inMemoryShop(heard, nth);
    const one = client({ maxDelayMs: 10 });
    await Promise.all(Array.from({ length: 40 }, (_, at) => one.place(order(`o-${at}`))));
    expect(server.envelopes).to.deep.equal([40, 40]);
  });

  it('is made again alone when it alone was refused', async () => {
    server.script = (heard, nth) => {
      if (nth > 1) return inMemoryShop(heard, nth);
      const answers = [
        { orderId: 'a', status: 202, state: 'placed' },
        { orderId: 'b', status: 503, code: 'database-failed', title: 'down' },
      ];
      return { status: 207, body: { answers } };
    };
    const one = client();
    const told = await Promise.all([one.place(order('a')), one.place(order('b'))]);
    expect(told.map(({ state }) => state)).to.deep.equal(['placed', 'placed']);
    expect(server.envelopes).to.deep.equal([2, 1]);
  });

  for (const status of [400, 401, 403, 404, 409, 422, 500]) {
    it(`is not made again after ${status}`, async () => {
      server.script = () => problem(status, 'some-code');
      const { code, ...rest } = await failing(client().place(order('a')));
      expect({ code, ...rest }).to.include({ code: 'some-code', status, retryable: false });
      expect(server.heard).to.have.length(1);
    });
  }

  it('fails with what was answered when the server asks for more time than there is', async () => {
    server.script = () => ({ ...problem(429, 'too-many'), headers: { 'retry-after': '60' } });
    const began = performance.now();
    const error = await failing(client().place(order('a')));
    expect(error).to.include({ code: 'too-many', retryable: true });
    expect(performance.now() - began).to.be.below(5000);
  });

  it('ends at its deadline, and says what the try before it met', async () => {
    const never = signal();
    server.script = async (_, nth) => {
      if (nth > 1) await never.given;
      return problem(503, 'busy');
    };
    const began = performance.now();
    const error = await failing(client().place(order('a'), { timeoutMs: 400 }));
    expect(performance.now() - began).to.be.within(380, 3000);
    expect(error).to.include({ code: 'deadline-exceeded', retryable: true });
    expect(error.cause).to.include({ code: 'busy' });
    never.give();
  });

  it('gives up one silent try and makes the next', async () => {
    const never = signal();
    server.script = async (heard, nth) => {
      if (nth === 1) await never.given;
      return inMemoryShop(heard, nth);
    };
    expect(await client({ attemptMs: 100 }).place(order('a'))).to.include({ state: 'placed' });
    never.give();
  });

  it('has the time that the server was asked to wait on top of its own', async () => {
    const began = performance.now();
    server.script = async (heard, nth) => {
      await until(() => performance.now() > began + 300);
      return inMemoryShop(heard, nth);
    };
    const one = client({ timeoutMs: 100, attemptMs: 50 });
    expect(await one.place(order('a'), { waitMs: 5000 })).to.include({ state: 'placed' });
    expect(server.heard).to.have.length(1);
  });

  it('ends when its caller calls it off, and the others go on', async () => {
    const open = signal();
    server.script = async (heard, nth) => {
      await open.given;
      return inMemoryShop(heard, nth);
    };
    const one = client();
    const off = new AbortController();
    const dropped = failing(one.place(order('a'), { signal: off.signal }));
    const other = one.place(order('b'));
    await until(() => server.heard.length === 1);
    off.abort(new Error('changed my mind'));
    expect(await dropped).to.include({ code: 'call-aborted', retryable: false });
    open.give();
    expect(await other).to.include({ state: 'placed' });
    expect(server.heard).to.have.length(1);
  });

  it('is never sent when it was called off before', async () => {
    const one = client();
    const error = await failing(one.place(order('a'), { signal: AbortSignal.abort() }));
    await one.close();
    expect(error.code).to.equal('call-aborted');
    expect(server.heard).to.have.length(0);
  });

  it('ends when it is called off between two tries', async () => {
    server.script = () => ({ ...problem(503, 'busy'), headers: { 'retry-after': '10' } });
    const off = new AbortController();
    const dropped = failing(client().place(order('a'), { signal: off.signal }));
    await until(() => server.heard.length === 1);
    off.abort();
    expect(await dropped).to.include({ code: 'call-aborted' });
  });

  it('is refused at once beyond the calls a client may have, and room comes back', async () => {
    const open = signal();
    server.script = async (heard, nth) => {
      await open.given;
      return inMemoryShop(heard, nth);
    };
    const one = client({ maxWaiting: 3 });
    const three = ['a', 'b', 'c'].map((id) => one.place(order(id)));
    const refused = await failing(one.place(order('d')));
    expect(refused).to.include({ code: 'client-overloaded', retryable: true });
    open.give();
    await Promise.all(three);
    expect(await one.place(order('e'))).to.include({ state: 'placed' });
  });

  it('is refused after the close, which waits for those in hand', async () => {
    const open = signal();
    server.script = async (heard, nth) => {
      await open.given;
      return inMemoryShop(heard, nth);
    };
    const one = client();
    const placed = one.place(order('a'));
    let isClosed = false;
    const closed = one.close().then(() => {
      isClosed = true;
    });
    expect((await failing(one.place(order('b')))).code).to.equal('client-closed');
    await until(() => server.heard.length === 1);
    expect(isClosed).to.equal(false);
    open.give();
    expect(await placed).to.include({ state: 'placed' });
    await closed;
  });
});
