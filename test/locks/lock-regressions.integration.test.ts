import { expect } from 'chai';
import { systemClock } from '../../src/kernel/index.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { heldIn, LockRooms, spread, timed, warmUp, watchProcess } from '../support/lock-room.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

const KEY = 'lock:goods:a';

/** Each of these was seen to go wrong in a lock library in use. */
describe('locks where others went wrong', () => {
  let nodes: RedisNodes;
  const rooms = new LockRooms();
  const watch = watchProcess();

  before(async () => {
    nodes = await startRedisNodes(3);
  });
  afterEach(async () => {
    await rooms.close();
    await nodes.flush();
    expect(watch.seen).to.deep.equal([]);
  });
  after(async () => {
    watch.stop();
    await nodes.stop();
  });

  /** Locks on one node, over a line that a test can harm. */
  const onLine = async (use: (proxy: FaultProxy) => Promise<void>) => {
    const proxy = new FaultProxy(nodes.at(0));
    await proxy.listen();
    try {
      await use(proxy);
    } finally {
      await rooms.close();
      await proxy.close();
    }
  };

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
    const having = async (key: string) => {
      const found = await Promise.all(nodes.all.map(({ client }) => client.exists(key)));
      return found.filter((count) => count === 1).length;
    };
    await until(async () => (await having(`${KEY}~fence`)) === 2, 3000, 'a quorum that granted');
    await until(async () => (await having(KEY)) === 0, 3000, 'a lock given back');
  });

  it('never hide a result behind a release that found nothing', async () => {
    const locks = rooms.on(nodes.urls);
    const result = await locks.withLock(['a'], {}, async () => {
      await nodes.flush();
      return 42;
    });
    expect(result).to.equal(42);
  });

  it('never put an error of the release in the place of the error of the routine', async () => {
    const locks = rooms.on(nodes.urls);
    const failing = locks.withLock(['a'], {}, async () => {
      await nodes.flush();
      throw new Error('the real one');
    });
    expect(await failing.catch((e) => e)).to.have.property('message', 'the real one');
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
      await spread(locks, 'a', 3);
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

  it('tell the holder within the ttl, and reject nothing unheard, on a silent server', async () => {
    const locks = rooms.on(nodes.urls.slice(0, 1), { ttlMs: 600 });
    const held = heldIn(await locks.tryLock(['a']));
    const { signal } = held;
    const started = performance.now();
    await nodes.at(0).client.call('CLIENT', 'PAUSE', '1500', 'ALL');
    await until(() => signal.aborted, 1500);
    expect(performance.now() - started).to.be.below(700);
    expect(held.remainingMs()).to.equal(0);
    await held.release();
  });

  it('work again by themselves when the server wakes up', async () => {
    const locks = rooms.on(nodes.urls.slice(0, 1), { ttlMs: 600 });
    const lost = heldIn(await locks.tryLock(['a']));
    nodes.at(0).freeze();
    try {
      await until(() => lost.remainingMs() === 0, 1500);
      const asked = await timed(locks.tryLock(['b']));
      expect(asked.value.kind).to.equal('unreachable');
      expect(asked.ms).to.be.below(400);
    } finally {
      nodes.at(0).thaw();
    }
    await until(async () => (await locks.tryLock(['a'])).kind === 'held');
  });

  it('count the time that writes took on all nodes, before they call a lock held', async () => {
    const locks = rooms.on(nodes.urls, { ttlMs: 300 });
    await warmUp(locks, 3);
    const pauses = nodes.all.map(({ client }) => client.call('CLIENT', 'PAUSE', '800', 'WRITE'));
    await Promise.all(pauses);
    const { value, ms } = await timed(locks.tryLock(['a']));
    expect(value.kind).to.equal('unreachable');
    expect(ms).to.be.below(300);
    await Promise.all(nodes.all.map(({ client }) => client.call('CLIENT', 'UNPAUSE')));
  });

  it('believe no minority, whatever they are told to', async () => {
    await nodes.at(0).client.set(KEY, 'other', 'PX', 60_000);
    await nodes.at(1).client.set(KEY, 'other', 'PX', 60_000);
    const one = { quorum: 1, ttlMs: 2000 };
    expect(() => rooms.on(nodes.urls, one)).to.throw('"quorum", an option that there is not');
    const locks = rooms.on(nodes.urls, { ttlMs: 2000 });
    await warmUp(locks, 3);
    expect(await locks.tryLock(['a'])).to.have.property('kind', 'busy');
    await until(async () => (await nodes.at(2).client.exists(KEY)) === 0);
  });

  it('send no renewal after the release, also when one was under way', async () => {
    const url = nodes.urls.slice(0, 1);
    const locks = rooms.on(url, { ttlMs: 300 });
    const { client } = nodes.at(0);
    const held = heldIn(await locks.tryLock(['a']));
    const late = held.renew().catch((e) => e);
    await held.release();
    expect(await late).to.have.nested.property('details.reason', 'released');
    const scripts = async () =>
      Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0);
    const before = await scripts();
    const end = performance.now() + 400;
    await until(() => performance.now() > end);
    expect(await scripts()).to.equal(before);
    expect(await client.exists(KEY)).to.equal(0);
  });

  it('are not kept out by their own lock when the answer to it was lost', () =>
    onLine(async (proxy) => {
      const locks = rooms.on([proxy.url]);
      await warmUp(locks, 1);
      heldIn(await locks.tryLock(['b'])); // from now on the script goes by its digest
      proxy.cutAfterSend();
      expect(await locks.tryLock(['a'])).to.have.property('kind', 'unreachable');
      expect(await nodes.at(0).client.exists(`${KEY}~fence`)).to.equal(1);
      await until(async () => (await locks.tryLock(['a'])).kind === 'held', 1500);
    }));

  it('always answer in time, also when the line dies and says nothing', () =>
    onLine(async (proxy) => {
      const locks = rooms.on([proxy.url]);
      await warmUp(locks, 1);
      const mute = proxy.muteAt('lock:goods:a');
      const { value, ms } = await timed(locks.tryLock(['a']));
      expect(mute()).to.equal(true);
      expect(value.kind).to.equal('unreachable');
      expect(ms).to.be.below(600);
      await until(async () => (await locks.tryLock(['b'])).kind === 'held', 8000);
    }));

  it('reject nothing unheard when they close while a lost subscription is renewed', () =>
    onLine(async (proxy) => {
      const locks = rooms.on([proxy.url]);
      const other = rooms.on(nodes.urls.slice(0, 1));
      const held = heldIn(await other.tryLock(['a']));
      await locks.lock(['a'], { timeoutMs: 50 });
      const mute = proxy.muteAt('subscribe');
      proxy.cut();
      await until(mute);
      await locks.close();
      await held.release();
    }));

  it('refuse URLs they cannot keep a promise with, and say what is allowed', () => {
    const make =
      (...urls: string[]) =>
      () =>
        rooms.on(urls);
    expect(make()).to.throw('allowed is').with.property('code', 'lock-options-invalid');
    expect(make('nats://h:4222')).to.throw('nats').with.property('code', 'lock-backend-unknown');
    expect(make('redis://h:1/0', 'redis://h:1/1'))
      .to.throw('h:1 twice')
      .with.property('code', 'lock-urls-twice');
  });
});
