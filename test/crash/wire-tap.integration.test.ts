import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { commandWords, valueEnd } from './redis-wire.ts';
import { type Mode, WireTap } from './wire-tap.ts';

/** Said without being asked. */
const NEWS = '>2\r\n+news\r\n:1\r\n';

describe('a tap on a line', () => {
  let server: Server;
  let tap: WireTap;
  let client: Socket;
  let heard: string[];
  let answered: string;

  beforeEach(async () => {
    heard = [];
    answered = '';
    server = createServer((socket) => {
      let rest = Buffer.alloc(0);
      socket.on('error', () => socket.destroy()); // the tap cuts lines
      socket.on('data', (data: Buffer) => {
        rest = Buffer.concat([rest, data]);
        for (let end = valueEnd(rest, 0); end > 0; end = valueEnd(rest, 0)) {
          const [word = ''] = commandWords(rest.subarray(0, end));
          rest = rest.subarray(end);
          heard.push(word);
          socket.write(`${NEWS}+${word}\r\n`);
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    tap = new WireTap([
      {
        name: 'queue',
        port,
        speaks: 'redis',
        nameOf: (request) => {
          const [label = ''] = commandWords(request);
          return label === 'ping' ? { leftOut: 'hello' } : { label };
        },
      },
    ]);
    const [door = 0] = await tap.listen();
    client = connect(door, '127.0.0.1');
    client.on('error', () => client.destroy()); // the tap cuts lines
    client.setEncoding('latin1').on('data', (text: string) => {
      answered = (answered + text).replaceAll(NEWS, '');
    });
    ask('before');
    await until(() => answered === '+before\r\n');
    heard = [];
    answered = '';
  });
  afterEach(async () => {
    client.destroy();
    await tap.close();
    server.close();
  });

  const ask = (...words: readonly string[]) =>
    client.write(words.map((word) => `*1\r\n$${word.length}\r\n${word}\r\n`).join(''));
  const strikeSecond = (mode: Mode): { struck: number } => {
    const times = { struck: 0 };
    const strike = () => void (times.struck += 1);
    tap.begin({ point: { target: 'queue', label: 'b', nth: 2 }, mode, strike });
    return times;
  };
  const closed = () => once(client, 'close');

  it('numbers what a scenario asks, and nothing else', async () => {
    tap.begin();
    ask('a', 'ping', 'b', 'a');
    await until(() => heard.length === 4);
    const points = tap.end().map(({ label, nth }) => `${label} ${nth}`);
    expect(points).to.deep.equal(['a 1', 'b 1', 'a 2']);
    ask('after');
    await until(() => heard.length === 5);
    expect(tap.end()).to.have.length(3);
  });

  for (const mode of ['fail-before', 'kill-before'] as const) {
    it(`${mode}: the request does not come to the server, what came before it does`, async () => {
      const times = strikeSecond(mode);
      const isClosed = closed();
      ask('b', 'a', 'b', 'c');
      await until(() => heard.length === 2);
      await until(() => times.struck === 1);
      if (mode === 'kill-before') client.destroy();
      await isClosed;
      expect(heard).to.deep.equal(['b', 'a']);
      expect(tap.fired).to.equal(true);
    });
  }

  for (const mode of ['fail-after', 'kill-after'] as const) {
    it(`${mode}: the request is carried out, and its answer is lost`, async () => {
      const times = strikeSecond(mode);
      ask('b', 'a', 'b');
      await closed();
      expect(times.struck).to.equal(1);
      expect(heard).to.deep.equal(['b', 'a', 'b']);
      expect(answered).to.equal('+b\r\n+a\r\n');
    });
  }

  it('stall: the request waits until it is released, and those behind it', async () => {
    const times = strikeSecond('stall');
    ask('b', 'b', 'c');
    await until(() => times.struck === 1 && answered === '+b\r\n');
    ask('d');
    tap.release();
    await until(() => answered === '+b\r\n+b\r\n+c\r\n+d\r\n');
    expect(heard).to.deep.equal(['b', 'b', 'c', 'd']);
  });

  it('strikes once', async () => {
    const times = strikeSecond('stall');
    ask('b', 'b');
    await until(() => times.struck === 1);
    tap.release();
    ask('b', 'b');
    await until(() => heard.length === 4);
    expect(times.struck).to.equal(1);
  });
});
