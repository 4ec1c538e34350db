import { expect } from 'chai';
import { falseShareOf, filterSize, type SharedFilter } from '../../src/cache/index.ts';
import type { Cache } from '../../src/cache/index.ts';
import { present } from '../../src/kernel/index.ts';
import { readyCache } from '../support/cache-room.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { signal, until } from '../support/until.ts';

const MEMBERS = 10_000;
const STRANGERS = 40_000;
const FACTS = 'holdfast:filter:{test}';

describe('the filter of what is certainly not there', function () {
  this.timeout(60_000);
  let nodes: RedisNodes;
  let cache: Cache;
  let members: number[];
  let epoch: number;
  let gate: Promise<void> | undefined;
  beforeEach(async () => {
    nodes = await startRedisNodes(1);
    cache = await readyCache(nodes.at(0).url, { answerMs: 5000 });
    members = Array.from({ length: MEMBERS }, (_, at) => 3 * at + 1);
    epoch = 1;
    gate = undefined;
  });
  afterEach(async () => {
    cache.close();
    await nodes.stop();
  });

  const filterOn = (one: Cache): SharedFilter =>
    present(
      one.filter({
        name: 'test',
        epoch: () => Promise.resolve(epoch),
        count: () => Promise.resolve(members.length),
        idsAfter: async (id, limit) => {
          await gate;
          return members.filter((member) => member > id).slice(0, limit);
        },
      }),
      'a filter',
    );
  const ask = async (filter: SharedFilter, ids: readonly number[]): Promise<boolean[]> => {
    const answers: boolean[] = [];
    for (let from = 0; from < ids.length; from += 1000) {
      answers.push(...(await filter.mayHave(epoch, ids.slice(from, from + 1000))));
    }
    return answers;
  };
  const isUsed = async (filter: SharedFilter): Promise<boolean> =>
    (await filter.mayHave(epoch, [2, 5, 8, 11, 14, 17])).includes(false);

  it('knows every member, and as many strangers as the formula says', async () => {
    const filter = filterOn(cache);
    expect(await filter.fill()).to.equal(true);
    expect(await ask(filter, members)).to.not.include(false);
    const strangers = Array.from({ length: STRANGERS }, (_, at) => 1_000_000 + at);
    const wrong = (await ask(filter, strangers)).filter(Boolean).length;
    const theory = falseShareOf(filterSize(2 * MEMBERS, 0.01), MEMBERS);
    const deviation = Math.sqrt(STRANGERS * theory * (1 - theory));
    expect(wrong, `theory ${STRANGERS * theory}`).to.be.within(
      Math.floor(STRANGERS * theory - 4 * deviation),
      Math.ceil(STRANGERS * theory + 4 * deviation),
    );
  });

  it('is as wrong as it was made for when it is full', async () => {
    const filter = filterOn(cache);
    await filter.fill();
    expect(await filter.add(Array.from({ length: MEMBERS }, (_, at) => 3 * at + 2))).to.equal(true);
    const strangers = Array.from({ length: STRANGERS }, (_, at) => 1_000_000 + at);
    const wrong = (await ask(filter, strangers)).filter(Boolean).length;
    const deviation = Math.sqrt(STRANGERS * 0.01 * 0.99);
    expect(wrong / STRANGERS).to.be.closeTo(0.01, (4 * deviation) / STRANGERS);
  });

  it('lets everything pass until it is filled, and is filled by whoever finds it so', async () => {
    const filter = filterOn(cache);
    expect(await filter.mayHave(epoch, [2, 5])).to.deep.equal([true, true]);
    await until(() => isUsed(filter), 10_000);
    const other = filterOn(cache);
    expect(await isUsed(other)).to.equal(true);
  });

  it('knows what was added since, also while it is being filled', async () => {
    const filter = filterOn(cache);
    await filter.fill();
    await filter.add([500_000]);
    expect(await filter.mayHave(epoch, [500_000])).to.deep.equal([true]);
    await nodes.at(0).client.del('holdfast:filter:{test}:lease');
    const held = signal();
    gate = held.given;
    const filling = filter.fill();
    await until(async () => (await nodes.at(0).client.hexists(FACTS, 'next')) === 1, 5000);
    await filter.add([500_001]);
    held.give();
    expect(await filling).to.equal(true);
    expect(await filter.mayHave(epoch, [500_001])).to.deep.equal([true]);
  });

  it('is not believed when its bits are gone, in whatever way', async () => {
    const { client } = nodes.at(0);
    for (const lose of [
      () => client.del('holdfast:filter:{test}:a', 'holdfast:filter:{test}:b'),
      () => client.del(FACTS),
      () => client.flushall(),
    ]) {
      const filter = filterOn(cache);
      await client.del('holdfast:filter:{test}:lease');
      await filter.fill();
      expect(await isUsed(filter)).to.equal(true);
      await lose();
      await client.set('holdfast:filter:{test}:lease', 'somebody else fills it');
      expect(await filter.mayHave(epoch, [2, 5, 8])).to.not.include(false);
      await filter.add([7_000_000]); // must not make a small filter out of nothing
      expect(await filter.mayHave(epoch, [2, 5, 8, 7_000_000])).to.not.include(false);
    }
  });

  it('is not believed under another epoch, nor by a server that was started again', async () => {
    const { client } = nodes.at(0);
    const filter = filterOn(cache);
    await filter.fill();
    epoch = 2;
    await client.set('holdfast:filter:{test}:lease', 'somebody else fills it');
    expect(await filter.mayHave(epoch, [2, 5, 8])).to.not.include(false);
    epoch = 1;
    expect(await isUsed(filter)).to.equal(true);
    await client.hset(FACTS, 'run', 'the run before this one');
    expect(await filter.mayHave(epoch, [2, 5, 8])).to.not.include(false);
  });

  it('lets everything pass while the server is away, and says that it took nothing', async () => {
    cache.close();
    cache = await readyCache(nodes.at(0).url);
    const filter = filterOn(cache);
    await filter.fill();
    nodes.at(0).freeze();
    try {
      expect(await filter.mayHave(epoch, [2, 5])).to.deep.equal([true, true]);
      expect(await filter.add([9_000_000])).to.equal(false);
    } finally {
      nodes.at(0).thaw();
    }
  });
});
