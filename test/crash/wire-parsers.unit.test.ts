import { expect } from 'chai';
import { packetEnd, statementIn, statementLabel } from './mysql-wire.ts';
import { commandWords, isPush, valueEnd } from './redis-wire.ts';
import { databaseRequest, redisRequest, scriptNames } from './request-labels.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');
const command = (...words: readonly string[]) => {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`);
};
const packet = (sequence: number, body: Buffer) => {
  const header = Buffer.alloc(4);
  header.writeUIntLE(body.length, 0, 3);
  header[3] = sequence;
  return Buffer.concat([header, body]);
};
const query = (text: string) => packet(0, Buffer.concat([bytes('\x03'), Buffer.from(text)]));

describe('what goes over a line to Redis', () => {
  for (const value of [
    '+OK\r\n',
    '-ERR no\r\n',
    ':12\r\n',
    '_\r\n',
    '#t\r\n',
    '$-1\r\n',
    '*-1\r\n',
    '$5\r\na\r\nbc\r\n',
    '*2\r\n:1\r\n*1\r\n$1\r\nx\r\n',
    '%1\r\n+server\r\n+redis\r\n',
    '>2\r\n+message\r\n+x\r\n',
    '~1\r\n:1\r\n',
    '|1\r\n+ttl\r\n:1\r\n:5\r\n',
  ]) {
    it(`ends where it ends: ${JSON.stringify(value)}`, () => {
      const whole = bytes(`${value}+next\r\n`);
      expect(valueEnd(whole, 0)).to.equal(value.length);
      for (let cut = 1; cut < value.length; cut += 1) {
        expect(valueEnd(whole.subarray(0, cut), 0), `the first ${cut}`).to.equal(-1);
      }
    });
  }

  it('is read from where it begins', () => {
    expect(valueEnd(bytes('+OK\r\n:7\r\n'), 5)).to.equal(9);
  });

  it('is refused when it is none', () => {
    expect(() => valueEnd(bytes('hello\r\n'), 0)).to.throw('does not say h');
  });

  it('gives the words of a command, whatever is in them', () => {
    expect(commandWords(command('set', 'é\r\n', ''))).to.deep.equal(['set', 'é\r\n', '']);
  });

  it('tells announcements from answers', () => {
    expect(isPush(bytes('>1\r\n+x\r\n'))).to.equal(true);
    expect(isPush(bytes('*1\r\n+x\r\n'))).to.equal(false);
  });
});

describe('what goes over a line to the database', () => {
  it('ends where it ends', () => {
    const both = Buffer.concat([query('COMMIT;'), query('BEGIN;')]);
    expect(packetEnd(both, 0)).to.equal(12);
    expect(packetEnd(both, 12)).to.equal(both.length);
    expect(packetEnd(both.subarray(0, 11), 0)).to.equal(-1);
    expect(packetEnd(both.subarray(0, 3), 0)).to.equal(-1);
  });

  it('is a statement when it begins a command, and says so', () => {
    expect(statementIn(query('SELECT 1'))).to.equal('SELECT 1');
    expect(statementIn(packet(1, bytes('\x03login')))).to.equal(undefined);
    expect(statementIn(packet(0, bytes('\x01')))).to.equal(undefined);
  });

  it('is called by its verbs and tables, without values', () => {
    expect(
      statementLabel("UPDATE orders SET a = 'x; \nfrom b';\nINSERT INTO steps VALUES (1)"),
    ).to.equal('UPDATE orders; INSERT steps');
    expect(statementLabel('COMMIT;')).to.equal('COMMIT');
    expect(statementLabel('SELECT 1 FROM a JOIN b ON 1 LEFT JOIN a x ON 1')).to.equal('SELECT a b');
  });
});

describe('the names of requests', () => {
  it('leave out what is no part of a scenario', () => {
    expect(databaseRequest(query('SET SESSION sql_mode = 1'))).to.deep.equal({ leftOut: 'hello' });
    expect(databaseRequest(packet(1, bytes('x')))).to.deep.equal({ leftOut: 'no statement' });
    expect(databaseRequest(query('COMMIT;'))).to.deep.equal({ label: 'COMMIT' });
  });

  it('know every script by its text and by its digest', async () => {
    const names = await scriptNames();
    expect([...names.values()]).to.include.members(['acquire', 'moveToActive', 'end-along']);
    const [digest = ''] = [...names].find(([, name]) => name === 'renew') ?? [];
    const renewal = command('evalsha', digest, '1', 'k');
    expect(redisRequest(renewal, names, true)).to.deep.equal({ label: 'renew' });
    expect(redisRequest(renewal, names, false)).to.deep.equal({ leftOut: 'by the clock' });
  });

  it('tell blocking reads and greetings from the rest', () => {
    const nameOf = (...words: string[]) => redisRequest(command(...words), new Map(), false);
    expect(nameOf('BZPOPMIN', 'k', '1')).to.deep.equal({ leftOut: 'blocking read' });
    expect(nameOf('HELLO', '3')).to.deep.equal({ leftOut: 'hello' });
    expect(nameOf('SET', 'k', 'v')).to.deep.equal({ label: 'set' });
    expect(nameOf('EVALSHA', 'unknown', '0')).to.deep.equal({ label: 'a script' });
  });
});
