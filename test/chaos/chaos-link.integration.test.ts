import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { until } from '../support/until.ts';
import { ChaosLink } from './chaos-link.ts';

/** One who is asked and answers, and a client of it behind a link. */
describe('a link on which everything can go wrong', () => {
  const asked: string[] = [];
  let server: Server;
  let link: ChaosLink;
  let client: Socket;
  let told: string;
  let ended: boolean;

  const dial = async () => {
    told = '';
    ended = false;
    client = connect(link.port, '127.0.0.1');
    client.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    client.on('error', () => client.destroy()); // a line that is cut is what this is about
    client.on('close', () => {
      ended = true;
    });
    await once(client, 'connect');
  };

  before(async () => {
    server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.setEncoding('utf8').on('data', (text: string) => {
        asked.push(text);
        socket.write(`so: ${text}`);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    link = new ChaosLink('test', () => port);
    await link.listen();
  });
  beforeEach(async () => {
    asked.length = 0;
    await dial();
  });
  afterEach(() => {
    link.heal();
    client.destroy();
  });
  after(async () => {
    await link.close();
    server.close();
  });

  it('carries what is asked and what is answered', async () => {
    client.write('a');
    await until(() => told === 'so: a');
  });

  it('swallows an answer that was given, and cuts the line', async () => {
    const sprung: string[] = [];
    link.ambush(/COMMIT$/, 'swallow-reply', (answer) => sprung.push(String(answer)));
    client.write('COMMIT');
    await until(() => ended);
    expect([asked, told, sprung]).to.deep.equal([['COMMIT'], '', ['so: COMMIT']]);
  });

  it('cuts the line before a question arrives', async () => {
    link.ambush(/COMMIT$/, 'cut-before', () => undefined);
    client.write('COMMIT');
    await until(() => ended);
    expect(asked).to.deep.equal([]);
  });

  it('loses what is answered, and gives the line up when it is healed', async () => {
    link.change({ hole: 'answered' });
    client.write('a');
    await until(() => asked.length === 1);
    expect([told, ended]).to.deep.equal(['', false]);
    link.heal();
    await until(() => ended);
  });

  it('takes no lines, and takes them again', async () => {
    link.change({ refuses: true });
    await until(() => ended);
    link.heal();
    await dial();
    client.write('a');
    await until(() => told === 'so: a');
  });

  it('is late or slow, and keeps the order', async () => {
    link.change({ latencyMs: 40, bytesPerSecond: 1000 });
    const start = performance.now();
    client.write('a');
    await until(() => asked.length === 1);
    client.write('b');
    await until(() => told.length === 10);
    expect(told).to.equal('so: aso: b');
    expect(performance.now() - start).to.be.at.least(80);
  });

  it('rewrites what goes to the server', async () => {
    link.change({ rewrite: (text) => text.replace('1500', '3000') });
    client.write('ttl 1500');
    await until(() => told === 'so: ttl 3000');
  });
});
