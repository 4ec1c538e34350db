import { expect } from 'chai';
import { systemClock } from '../../src/kernel/index.ts';
import { heldIn, LockRooms, timed, warmUp } from '../support/lock-room.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

const KEY = 'lock:goods:a';

/** Each of these was seen to go wrong in a lock library in use. */
describe('locks where others went wrong', () => {
  let nodes: RedisNodes;
  const rooms = new LockRooms();

  before(async () => {
    nodes = await startRedisNodes(3);
  });
  afterEach(async () => {
    await rooms.close();
    await nodes.flush();
  });
  after(() => nodes.stop());

  it('decide a tie of two nodes instead of hanging', async () => {
    await nodes.at(1).client.set(KEY, 'other', 'PX', 60_000);
    const locks = rooms.on(nodes.urls.slice(0, 2));
    await warmUp(locks, 2);
    const { value, ms } = await timed(locks.tryLock(['a']));
    expect(value.kind).to.equal('busy');
    expect(ms).to.be.below(600);
    expect(await nodes.at(0).client.exists(KEY)).to.equal(0);
  });

  it('are not kept out by their own partial grant', async () => {
    const dead = 'redis://127.0.0.1:1';
    const locks = rooms.on([nodes.urls[0] ?? '', nodes.urls[1] ?? '', dead]);
    await nodes.at(1).client.set(KEY, 'other', 'PX', 300);
    const { value, ms } = await timed(locks.lock(['a'], { timeoutMs: 3000 }));
    heldIn(value);
    expect(ms).to.be.below(900);
  });

  it('never answer with a lock whose time has run out already', async () => {
    const locks = rooms.on(nodes.urls.slice(0, 1), { ttlMs: 300 });
    await warmUp(locks, 1);
    await nodes.at(0).client.call('CLIENT', 'PAUSE', '600', 'ALL');
    const { value, ms } = await timed(locks.tryLock(['a']));
    expect(value.kind).to.equal('unreachable');
    expect(ms).to.be.below(300);
  });

  it('give back a lock that was granted while this process slept', async () => {
    let asleepMs = 0;
    const clock = {
      now: () => systemClock.now(),
      wallMs: () => systemClock.wallMs() + asleepMs,
      monotonicMs: () => systemClock.monotonicMs(),
    };
    const locks = rooms.on(nodes.urls, { clock });
    await warmUp(locks, 3);
    const attempt = locks.tryLock(['a']);
    asleepMs = 9000;
    expect(await attempt).to.include({ kind: 'unreachable' });
    for (const { client } of nodes.all) {
      await until(async () => (await client.exists(`${KEY}~fence`)) === 1);
      await until(async () => (await client.exists(KEY)) === 0);
    }
  });

  it('never hide a result behind a release that found nothing', async () => {
    const locks = rooms.on(nodes.urls);
    const result = await locks.withLock(['a'], {}, async () => {
      await nodes.flush();
      return 42;
    });
    expect(result).to.equal(42);
  });

  it('give a result reached after the lock was lost with the error', async () => {
    const locks = rooms.on(nodes.urls);
    await warmUp(locks, 3);
    const thrown = await locks
      .withLock(['a'], {}, async (held) => {
        await nodes.flush();
        await held.renew().catch(() => undefined); // the loss is what this is about
        return 42;
      })
      .catch((e) => e);
    expect(thrown).to.include({ code: 'lock-lost' });
    expect(thrown.details).to.include({ reason: 'stolen', result: 42 });
  });

  it('lock every node they were given, not only the first', async () => {
    const locks = rooms.on(nodes.urls);
    await warmUp(locks, 3);
    await locks.withLock(['a'], {}, async () => {
      await warmUp(locks, 3);
      for (const { client } of nodes.all) expect(await client.exists(KEY)).to.equal(1);
    });
  });

  it('do not overwrite a lock of another kind under the same name', async () => {
    const { client } = nodes.at(0);
    await client.hset('lock:goods:b', 'thread', 1);
    const locks = rooms.on(nodes.urls.slice(0, 1));
    const outcome = await locks.tryLock(['a', 'b', 'c']);
    expect(outcome).to.deep.include({ kind: 'busy', names: ['b'] });
    expect(await client.exists(KEY, 'lock:goods:c')).to.equal(0);
  });

  it('refuse URLs they cannot keep a promise with, and say what is allowed', () => {
    const make =
      (...urls: string[]) =>
      () =>
        rooms.on(urls);
    expect(make()).to.throw('allowed is').with.property('code', 'lock-backend-unknown');
    expect(make('etcd://h:2379')).to.throw('etcd').with.property('code', 'lock-backend-unknown');
    expect(make('redis://h:1/0', 'redis://h:1/1'))
      .to.throw('h:1 twice')
      .with.property('code', 'lock-urls-twice');
  });
});
