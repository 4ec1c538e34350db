import { expect } from 'chai';
import type { Cache, CacheKind } from '../../src/cache/index.ts';
import { ManualClock } from '../../src/kernel/index.ts';
import { CountedSource, cacheOn, kindOf, readyCache } from '../support/cache-room.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { signal, until } from '../support/until.ts';

describe('a cache in front of a source', () => {
  let nodes: RedisNodes;
  let source: CountedSource;
  let kind: CacheKind;
  const caches: Cache[] = [];
  before(async () => {
    nodes = await startRedisNodes(1);
  });
  after(() => nodes.stop());
  beforeEach(() => {
    source = new CountedSource();
    for (const id of ['a', 'b', 'c']) source.values.set(id, `${id}1`);
    kind = kindOf({ nearMs: 0 });
  });
  afterEach(() => {
    for (const cache of caches.splice(0)) cache.close();
  });

  const open = async (clock?: ManualClock): Promise<Cache> => {
    const cache = await readyCache(nodes.at(0).url, clock ? { clock } : {});
    caches.push(cache);
    return cache;
  };
  const read = async (cache: Cache, ...ids: readonly string[]) => {
    const held = await cache.getOrSetMany(kind, ids, source.load);
    return ids.map((id) => held.get(id)?.value ?? null);
  };

  it('loads once what many ask for at once, and tells all of them', async () => {
    const cache = await open();
    const answers = await Promise.all(Array.from({ length: 200 }, () => read(cache, 'a')));
    expect(new Set(answers.flat())).to.deep.equal(new Set(['a1']));
    expect(source.asked).to.deep.equal([['a']]);
    expect(cache.stats).to.include({ loads: 1, coalesced: 199, misses: 1 });
  });

  it('loads all that is missing together, and only that', async () => {
    const cache = await open();
    await read(cache, 'b');
    expect(await read(cache, 'a', 'b', 'c', 'x')).to.deep.equal(['a1', 'b1', 'c1', null]);
    expect(source.asked).to.deep.equal([['b'], ['a', 'c', 'x']]);
  });

  it('makes one trip for all who ask in the same turn', async () => {
    const cache = await open();
    await read(cache, 'a', 'b', 'c');
    const { client } = nodes.at(0);
    await client.config('RESETSTAT');
    const asked = ['a', 'b', 'c', 'b'].map((id) => read(cache, id));
    expect(await Promise.all(asked)).to.deep.equal([['a1'], ['b1'], ['c1'], ['b1']]);
    const told = await client.info('commandstats');
    expect(/cmdstat_mget:calls=(\d+)/.exec(told)?.[1]).to.equal('1');
    expect(source.asked).to.have.length(1);
  });

  it('answers one by one as well', async () => {
    const cache = await open();
    const load = async () => await Promise.resolve({ words: 'x' });
    expect((await cache.getOrSet(kind, 'one', load)).value).to.deep.equal({ words: 'x' });
    const none = () => Promise.reject(new Error('never asked'));
    expect((await cache.getOrSet(kind, 'one', none)).value).to.deep.equal({ words: 'x' });
    expect((await cache.getOrSet(kind, 'none', async () => null)).value).to.equal(null);
  });

  it('shares what one process has loaded with all others', async () => {
    const [one, other] = [await open(), await open()];
    await read(one, 'a', 'x');
    expect(await read(other, 'a', 'x')).to.deep.equal(['a1', null]);
    expect(source.asked).to.have.length(1);
    expect(other.stats).to.include({ hits: 2, loads: 0 });
  });

  it('has others wait for a load, in this process or not', async () => {
    const [one, other] = [await open(), await open()];
    const held = signal();
    source.hold = held.given;
    const first = read(one, 'a');
    await until(() => source.asked.length === 1, 2000);
    const second = read(other, 'a');
    await until(() => other.stats.coalesced === 1, 2000);
    held.give();
    expect([await first, await second]).to.deep.equal([['a1'], ['a1']]);
    expect(source.asked).to.have.length(1);
  });

  it('has nobody wait for a load that failed', async () => {
    const cache = await open();
    const fails = () => Promise.reject(new Error('the source is away'));
    const failed = await cache.getOrSetMany(kind, ['a'], fails).then(
      () => 'done',
      (error: Error) => error.message,
    );
    expect(failed).to.equal('the source is away');
    expect(await nodes.at(0).client.keys('*:lease')).to.deep.equal([]);
    expect(await read(cache, 'a')).to.deep.equal(['a1']);
  });

  it('forgets what was changed, for all', async () => {
    const [one, other] = [await open(), await open()];
    await read(one, 'a');
    source.values.set('a', 'a2');
    expect(await one.forget(kind, ['a'])).to.equal(true);
    expect(await read(other, 'a')).to.deep.equal(['a2']);
  });

  it('never keeps what was loaded before a change and comes after it', async () => {
    const [one, other] = [await open(), await open()];
    const held = signal();
    source.hold = held.given;
    const slow = read(one, 'a');
    await until(() => source.asked.length === 1, 2000);
    source.values.set('a', 'a2');
    await other.forget(kind, ['a']);
    held.give();
    expect(await slow).to.deep.equal(['a1']); // it asked before the change
    expect(await read(other, 'a')).to.deep.equal(['a2']);
  });

  it('never keeps near what a change has overtaken', async () => {
    kind = kindOf({ nearMs: 60_000 });
    const cache = await open();
    const held = signal();
    source.hold = held.given;
    const slow = read(cache, 'a');
    await until(() => source.asked.length === 1, 2000);
    source.values.set('a', 'a2');
    await cache.forget(kind, ['a']);
    held.give();
    await slow;
    expect(await read(cache, 'a')).to.deep.equal(['a2']);
  });

  it('answers what is old while one loads it anew', async () => {
    const clock = new ManualClock();
    const [one, other] = [await open(clock), await open(clock)];
    await read(one, 'a');
    source.values.set('a', 'a2');
    clock.advance(60_000 * 1.2);
    const old = await Promise.all([read(one, 'a'), read(other, 'a')]);
    expect(old.flat()).to.deep.equal(['a1', 'a1']);
    await until(async () => (await read(other, 'a'))[0] === 'a2', 2000);
    expect(source.asked).to.have.length(2);
    expect(one.stats.staleHits + other.stats.staleHits).to.be.greaterThan(1);
  });

  it('says how old an answer is', async () => {
    const clock = new ManualClock();
    const cache = await open(clock);
    await read(cache, 'a');
    clock.advance(1234);
    const held = await cache.getOrSetMany(kind, ['a'], source.load);
    expect(held.get('a')?.ageMs).to.equal(1234);
  });

  it('lets answers that were loaded together end apart', async () => {
    const cache = await open();
    const ids = Array.from({ length: 300 }, (_, at) => `many-${at}`);
    for (const id of ids) source.values.set(id, id);
    await read(cache, ...ids);
    const keys = await nodes.at(0).client.keys(`holdfast:${kind.name}:*`);
    const lives = await Promise.all(keys.map((key) => nodes.at(0).client.pttl(key)));
    expect(keys).to.have.length(300);
    expect(Math.min(...lives)).to.be.within(112_000, 117_000);
    expect(Math.max(...lives)).to.be.within(123_000, 126_000);
  });

  it('goes to the source while the shared cache is away, and says it was not told', async () => {
    const cache = await open();
    await read(cache, 'a');
    nodes.at(0).freeze();
    try {
      expect(await read(cache, 'a', 'b')).to.deep.equal(['a1', 'b1']);
      expect(await cache.forget(kind, ['a'])).to.equal(false);
      expect(cache.stats.failures).to.be.greaterThan(0);
    } finally {
      nodes.at(0).thaw();
    }
  });

  it('does without a shared cache at all', async () => {
    kind = kindOf();
    const cache = cacheOn(null);
    caches.push(cache);
    await Promise.all([read(cache, 'a'), read(cache, 'a')]);
    expect(await read(cache, 'a')).to.deep.equal(['a1']);
    expect(source.asked).to.deep.equal([['a']]);
    source.values.set('a', 'a2');
    expect(await cache.forget(kind, ['a'])).to.equal(true);
    expect(await read(cache, 'a')).to.deep.equal(['a2']);
  });

  it('remembers no more than there is room for, and for no longer than it may', async () => {
    kind = kindOf();
    const clock = new ManualClock();
    const cache = cacheOn(null, { clock, nearRoom: 2 });
    caches.push(cache);
    await read(cache, 'a', 'b');
    await read(cache, 'a');
    await read(cache, 'c'); // b was not asked for longest
    source.asked.length = 0;
    await read(cache, 'a', 'c');
    expect(source.asked).to.deep.equal([]);
    await read(cache, 'b');
    expect(source.asked).to.deep.equal([['b']]);
    clock.advance(1001);
    await read(cache, 'b');
    expect(source.asked).to.have.length(2);
  });

  it('reads over what another program has put under its key', async () => {
    const cache = await open();
    await nodes.at(0).client.set(`holdfast:${kind.name}:1:{a}`, '{"not":"ours"}', 'PX', 50);
    expect(await read(cache, 'a')).to.deep.equal(['a1']);
  });
});
