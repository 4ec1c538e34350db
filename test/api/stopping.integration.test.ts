import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { readOrderState } from '../../src/orders/index.ts';
import { FakeLocks } from '../support/fake-locks.ts';
import { type HttpRoom, httpRoom, TOKENS } from '../support/http-room.ts';
import { until } from '../support/until.ts';

const ORDER = JSON.stringify({ orderId: 'a', lines: [{ goodsId: 7, quantity: 1 }] });
const headOf = (path: string, length: number): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKENS.producer}\r\n` +
  `content-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

interface Connection {
  readonly socket: Socket;
  readonly said: () => string;
  /** By either side, politely or not. */
  readonly closed: Promise<void>;
}

/** A connection of its own, and all that came back on it. */
async function connection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let said = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.on('error', (error) => {
    said += error.message;
  });
  await once(socket, 'connect');
  return { socket, said: () => said, closed };
}

describe('a server that stops', () => {
  let room: HttpRoom;
  let locks: FakeLocks;

  beforeEach(async () => {
    locks = new FakeLocks();
    room = await httpRoom({ locks });
    await room.restock(7, 10);
  });
  afterEach(async () => {
    locks.busy.clear();
    await until(async () => (await readOrderState(room.database, 'a')) !== 'placed', 5000);
    await room.drop();
  });

  const stopTime = async (): Promise<number> => {
    const start = performance.now();
    await room.stopServer();
    return performance.now() - start;
  };

  it('answers whoever waits for an order how it stands, and hangs up', async () => {
    locks.busy.add('7');
    const { socket, said, closed } = await connection(room.url);
    socket.write(headOf('/v1/orders?wait=30s', ORDER.length) + ORDER);
    await until(async () => (await readOrderState(room.database, 'a')) === 'placed');
    expect(await stopTime()).to.be.lessThan(1500);
    await closed;
    expect(said())
      .to.match(/^HTTP\/1\.1 202 Accepted\r\n/)
      .and.include('"state":"placed"');
    expect(said().toLowerCase()).to.include('connection: close');
  });

  it('begins nothing new on a connection that is kept open', async () => {
    locks.busy.add('7');
    const { socket, said, closed } = await connection(room.url);
    socket.write(headOf('/v1/orders?wait=30s', ORDER.length) + ORDER);
    await until(async () => (await readOrderState(room.database, 'a')) === 'placed');
    const late = await connection(room.url);
    late.socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => late.said().includes('"alive":true'));
    // One line of its next request is still to come.
    const head = `GET /v1/orders HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKENS.viewer}\r\n`;
    late.socket.write(head);
    await until(() => late.socket.writableLength === 0);
    await room.send(null, 'GET', '/healthz'); // by now the server has read what came before
    const stopped = room.stopServer();
    await until(() => said().includes('202 Accepted'));
    late.socket.write('\r\n');
    await Promise.all([closed, late.closed, stopped]);
    const answer = late.said().slice(late.said().indexOf('HTTP/1.1 503 '));
    expect(answer).to.include('retry-after: 1').and.include('application/problem+json');
    expect(answer.toLowerCase()).to.include('connection: close');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).to.include({ code: 'stopping' });
  });

  it('closes connections that nobody uses', async () => {
    await room.send('producer', 'POST', '/v1/orders?wait=5s', ORDER);
    const agent = new Agent({ keepAlive: true });
    const asked = request(`${room.url}/healthz`, { agent }).end();
    const [answer] = (await once(asked, 'response')) as [NodeJS.ReadableStream];
    answer.resume();
    await once(answer, 'end');
    const silent = await connection(room.url);
    expect(await stopTime()).to.be.lessThan(1500);
    await silent.closed;
    agent.destroy();
  });

  it('cuts off, in the end, whoever does not send all of it', async () => {
    await room.send('producer', 'POST', '/v1/orders?wait=5s', ORDER);
    const { socket, closed } = await connection(room.url);
    socket.write(headOf('/v1/orders', 100));
    await until(() => socket.writableLength === 0);
    await room.send(null, 'GET', '/healthz'); // by now the server has read what came before
    expect(await stopTime()).to.be.within(4500, 7000);
    await closed;
  });
});
