import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { type HttpParts, startHttp } from '../../src/api/index.ts';
import { AppError } from '../../src/kernel/index.ts';
import { httpParts, type HttpRoom, httpRoom, TOKENS } from '../support/http-room.ts';
import { memoryLogger } from '../support/memory-logger.ts';

type Doors = HttpParts['doors'];

const NOBODY: Doors['tokens'] = { producer: [], payments: [], viewer: [], operator: [] };
const EVERYBODY = 'HOLDFAST_PRODUCER_TOKENS, HOLDFAST_PAYMENTS_TOKENS, HOLDFAST_VIEWER_TOKENS';

describe('where the HTTP API listens', () => {
  let room: HttpRoom;

  before(async () => {
    room = await httpRoom();
  });
  after(() => room.drop());

  const start = async (doors: Partial<Doors>, logger = memoryLogger()) => {
    const parts = httpParts(room, { logger });
    const server = await startHttp({ ...parts, doors: { ...parts.doors, ...doors } });
    return { ...server, lines: logger.lines };
  };
  const refusalOf = async (doors: Partial<Doors>): Promise<AppError> => {
    try {
      const server = await start(doors);
      await server.close();
    } catch (error) {
      expect(error).to.be.instanceOf(AppError);
      return error as AppError;
    }
    throw new Error('it was opened');
  };
  /** A port that somebody has. */
  const taken = async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const number = typeof address === 'object' && address ? address.port : 0;
    return { number, free: () => server.close() };
  };

  for (const bind of ['0.0.0.0', '::', '192.0.2.1']) {
    it(`is not ${bind} as long as nobody is named who may come in`, async () => {
      const { code, message } = await refusalOf({ bind, tokens: NOBODY, paymentSecrets: [] });
      expect(code).to.equal('callers-unknown');
      expect(message).to.include(`HOLDFAST_BIND is ${bind}, beyond loopback`);
      const all = `set ${EVERYBODY}, HOLDFAST_OPERATOR_TOKENS, HOLDFAST_PAYMENT_SECRETS`;
      expect(message).to.include(all);
    });
  }

  it('is not beyond loopback when a single role or the secret is missing', async () => {
    const { tokens } = httpParts(room).doors;
    for (const role of Object.keys(tokens) as (keyof typeof tokens)[]) {
      const { message } = await refusalOf({ bind: '0.0.0.0', tokens: { ...tokens, [role]: [] } });
      expect(message).to.match(new RegExp(`set HOLDFAST_${role.toUpperCase()}_TOKENS$`));
    }
    const { message } = await refusalOf({ bind: '0.0.0.0', paymentSecrets: [] });
    expect(message).to.match(/set HOLDFAST_PAYMENT_SECRETS$/);
  });

  it('may be everywhere when all are named, and then metrics are for viewers', async () => {
    const server = await start({ bind: '0.0.0.0' });
    try {
      const { port } = new URL(server.url);
      const metrics = async (headers: Readonly<Record<string, string>>) =>
        (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).status;
      expect(await metrics({})).to.equal(401);
      expect(await metrics({ authorization: `Bearer ${TOKENS.producer}` })).to.equal(403);
      expect(await metrics({ authorization: `Bearer ${TOKENS.viewer}` })).to.equal(200);
    } finally {
      await server.close();
    }
  });

  it('may be loopback without anybody named: then nobody gets in', async () => {
    for (const bind of ['127.0.0.1', 'localhost']) {
      const server = await start({ bind, tokens: NOBODY, paymentSecrets: [] });
      try {
        expect((await fetch(`${server.url}/healthz`)).status).to.equal(200);
        const headers = { authorization: 'Bearer undefined' };
        expect((await fetch(`${server.url}/v1/orders`, { headers })).status).to.equal(401);
      } finally {
        await server.close();
      }
    }
  });

  it('moves to a free port when nobody chose the one that is taken, and says so', async () => {
    const { number, free } = await taken();
    const server = await start({ httpPort: { number, isChosen: false } });
    try {
      expect(Number(new URL(server.url).port)).to.not.equal(number);
      expect((await fetch(`${server.url}/healthz`)).status).to.equal(200);
      expect(server.lines.join()).to.include(`port ${number} is taken`);
    } finally {
      await server.close();
      free();
    }
  });

  it('stays where it was told to be, and says why it cannot', async () => {
    const { number, free } = await taken();
    const { code, message } = await refusalOf({ httpPort: { number, isChosen: true } });
    free();
    expect(code).to.equal('port-unusable');
    expect(message).to.include(`cannot listen on 127.0.0.1:${number} (EADDRINUSE)`);
    expect(message).to.include('HOLDFAST_HTTP_PORT');
  });
});
