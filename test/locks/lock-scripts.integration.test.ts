import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';

/** What the scripts promise on one node; the proof of the fence rests on it. */
describe('the scripts of the locks', () => {
  let nodes: RedisNodes;

  before(async () => {
    nodes = await startRedisNodes(1);
  });
  afterEach(() => nodes.flush());
  after(() => nodes.stop());

  const timed = (script: string, keys: readonly string[], ...args: (string | number)[]) => {
    const file = new URL(`../../src/locks/lua/${script}.lua`, import.meta.url);
    const lua = readFileSync(file, 'utf8');
    return nodes.at(0).client.eval(lua, keys.length, ...keys, ...args) as Promise<
      [number, unknown]
    >;
  };
  const run = async (...call: Parameters<typeof timed>) => (await timed(...call))[1];
  const acquire = (keys: readonly string[], owner: string, candidate = 77, until = '') =>
    run('acquire', keys, owner, 5000, candidate, 'w:', '', '', until);
  const serverMicros = async () => {
    const [seconds, micros] = await nodes.at(0).client.time();
    return Number(seconds) * 1_000_000 + Number(micros);
  };
  const release = (keys: readonly string[], owner: string) => run('release', keys, owner, 'w:');
  const fenceOf = (key: string) => nodes.at(0).client.get(`${key}~fence`);

  it('tell the time of the node with every answer', async () => {
    const scripts: Parameters<typeof timed>[] = [
      ['acquire', ['a'], 'me', 5000, 77, 'w:', '', '', ''],
      ['acquire', ['a'], 'me', 5000, 77, 'w:', '', '', ''],
      ['acquire', ['a'], 'other', 5000, 77, 'w:', '', '', ''],
      ['acquire', ['a'], 'other', 5000, 77, 'w:', '', '', '1'],
      ['confirm', ['a'], 'me', 99, 'w:'],
      ['confirm', ['a'], 'other', 99, 'w:'],
      ['renew', ['a'], 'me', 5000],
      ['renew', ['a'], 'other', 5000],
      ['inspect', ['a'], 'w:'],
      ['release', ['a'], 'other', 'w:'],
      ['release', ['a'], 'me', 'w:', 'm', ''],
    ];
    for (const call of scripts) {
      const before = await serverMicros();
      const [now] = await timed(...call);
      expect(now, call[0]).to.be.within(before, await serverMicros());
    }
  });

  it('do nothing when the request comes too late', async () => {
    const now = await serverMicros();
    expect(await acquire(['a'], 'me', 77, String(now - 1))).to.deep.equal([-1]);
    expect(await nodes.at(0).client.dbsize()).to.equal(0);
    expect(await acquire(['a'], 'me', 77, String(now + 1_000_000))).to.deep.equal([1, '77']);
  });

  it('answer a resent acquire as the first time', async () => {
    expect(await acquire(['a', 'b'], 'me')).to.deep.equal([1, '77']);
    expect(await acquire(['a', 'b'], 'me')).to.deep.equal([1, '77']);
  });

  it('count on from the highest counter of all the keys when the candidate is below', async () => {
    await nodes.at(0).client.set('b~fence', '1795179757691123');
    expect(await acquire(['a', 'b', 'c'], 'me')).to.deep.equal([1, '1795179757691124']);
    for (const key of ['a', 'b', 'c']) expect(await fenceOf(key)).to.equal('1795179757691124');
  });

  it('lengthen the locks when an acquire is sent again', async () => {
    await acquire(['a', 'b'], 'me');
    await nodes.at(0).client.pexpire('b', 1000);
    expect(await acquire(['a', 'b'], 'me')).to.deep.equal([1, '77']);
    expect(await nodes.at(0).client.pttl('b')).to.be.above(4000);
  });

  it('let a holder in before those who wait, and put it in no line', async () => {
    const { client } = nodes.at(0);
    await client.zadd('a~wait', 1, 'somebody:1');
    await client.set('w:~waiter:somebody:1', '1', 'PX', 4000);
    await client.set('w:~anyone', '1', 'PX', 4000);
    expect(await acquire(['a'], 'me')).to.deep.equal([0, '0', -2, 1]);
    expect(await run('acquire', ['a'], 'me', 5000, 77, 'w:', '', 0, '')).to.deep.equal([1, '77']);
    expect(await client.zrange('a~wait', '0', '-1')).to.deep.equal(['somebody:1']);
  });

  describe('for a large set', () => {
    const large = Array.from({ length: 9 }, (_, index) => `n${index}`);
    const set = [large.join('~')];

    it('raise the floor of all names, and no counter of one', async () => {
      expect(await acquire(set, 'me')).to.deep.equal([1, '77']);
      expect(await nodes.at(0).client.get('w:~floor')).to.equal('77');
      expect(await nodes.at(0).client.exists(...large.map((key) => `${key}~fence`))).to.equal(0);
      expect(await run('inspect', ['n0'], 'w:')).to.have.property('1', '77');
    });

    it('come as one text, and get a ttl each', async () => {
      expect(await acquire(set, 'me')).to.deep.equal([1, '77']);
      for (const key of large) {
        expect(await nodes.at(0).client.pttl(key)).to.be.within(4000, 5000);
      }
      expect(await run('renew', set, 'me', 9000)).to.equal(1);
      expect(await run('inspect', set, 'w:')).to.have.length(27);
      expect(await release(set, 'me')).to.equal(9);
      expect(await nodes.at(0).client.exists(...large)).to.equal(0);
    });

    it('take none of it when one name is a lock of another kind', async () => {
      await nodes.at(0).client.hset('n4', 'thread', 1);
      expect(await acquire(set, 'me')).to.deep.equal([0, '0', -1, 5]);
      expect(await nodes.at(0).client.exists(...large)).to.equal(1);
    });

    it('take none of it when one name is held, and answer whom it was given before', async () => {
      await acquire(['n4'], 'other');
      const [granted, highest, , ...busy] = (await acquire(set, 'me')) as unknown[];
      expect([granted, highest, ...busy]).to.deep.equal([0, '77', 5]);
      expect(await nodes.at(0).client.exists(...large)).to.equal(1);
      await release(['n4'], 'other');
      expect(await acquire(set, 'me')).to.deep.equal([1, '78']);
      expect(await acquire(set, 'me')).to.deep.equal([1, '78']);
      expect(await release(set, 'me')).to.equal(9);
    });

    it('count on from the floor, and from the counters of its names', async () => {
      await acquire(set, 'me', 500);
      await release(set, 'me');
      expect(await acquire(['n1'], 'one', 77)).to.deep.equal([1, '501']);
      expect(await acquire(['elsewhere'], 'two', 900)).to.deep.equal([1, '900']);
      await release(['n1'], 'one');
      expect(await acquire(set, 'me', 77)).to.deep.equal([1, '502']);
    });

    it('raise the floor to what was agreed on, only while every lock is held', async () => {
      await acquire(set, 'me');
      expect(await run('confirm', set, 'me', 99, 'w:')).to.equal(1);
      expect(await run('confirm', set, 'me', 80, 'w:')).to.equal(1);
      expect(await nodes.at(0).client.get('w:~floor')).to.equal('99');
      await nodes.at(0).client.del('n8');
      expect(await run('confirm', set, 'me', 120, 'w:')).to.equal(0);
      expect(await nodes.at(0).client.get('w:~floor')).to.equal('99');
    });
  });

  it('refuse with the busy keys, and change nothing', async () => {
    await acquire(['b'], 'other');
    const [granted, highest, ms, ...busy] = (await acquire(['a', 'b', 'c'], 'me')) as unknown[];
    expect([granted, highest, ...busy]).to.deep.equal([0, '77', 2]);
    expect(ms).to.be.within(4000, 5000);
    expect(await nodes.at(0).client.exists('a', 'c', 'a~fence')).to.equal(0);
  });

  it('raise a counter only while every lock is still held', async () => {
    await acquire(['a', 'b'], 'me');
    expect(await run('confirm', ['a', 'b'], 'me', 99, 'w:')).to.equal(1);
    expect(await fenceOf('b')).to.equal('99');
    expect(await run('confirm', ['a', 'b'], 'me', 80, 'w:')).to.equal(1);
    expect(await fenceOf('b')).to.equal('99');
    await nodes.at(0).client.del('b');
    expect(await run('confirm', ['a', 'b'], 'me', 120, 'w:')).to.equal(0);
    expect(await fenceOf('a')).to.equal('99');
  });

  it('lengthen all locks or none, and make none', async () => {
    await acquire(['a', 'b'], 'me');
    await nodes.at(0).client.pexpire('a', 1000);
    expect(await run('renew', ['a', 'b'], 'me', 9000)).to.equal(1);
    expect(await nodes.at(0).client.pttl('a')).to.be.above(8000);
    await nodes.at(0).client.del('b');
    expect(await run('renew', ['a', 'b'], 'me', 20_000)).to.equal(0);
    expect(await nodes.at(0).client.pttl('a')).to.be.below(9001);
    expect(await nodes.at(0).client.exists('b')).to.equal(0);
  });

  it('give back only what the owner has', async () => {
    await acquire(['a'], 'me');
    await acquire(['b'], 'other');
    expect(await release(['a', 'b'], 'me')).to.equal(1);
    expect(await nodes.at(0).client.exists('a')).to.equal(0);
    expect(await nodes.at(0).client.get('b')).to.equal('other');
  });
});
