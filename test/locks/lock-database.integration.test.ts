import { expect } from 'chai';
import { randomName } from '../../src/kernel/index.ts';
import type { Locks, LockOptions } from '../../src/locks/index.ts';
import { CutProxy } from '../support/cut-proxy.ts';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.ts';
import { LockProcess } from '../support/lock-process.ts';
import { heldIn, LockRooms, type RoomOptions, timed, watchProcess } from '../support/lock-room.ts';
import { until } from '../support/until.ts';
import { lockConformance } from './lock.conformance.ts';

describe('locks in the database', function () {
  this.timeout(15_000);
  const rooms = new LockRooms();
  const watch = watchProcess();
  let fresh: FreshDatabase;

  before(async () => {
    fresh = await freshDatabase();
  });
  afterEach(async () => {
    await rooms.close();
    await until(async () => (await sessions()).length === 0, 3000, 'the end of all sessions');
  });
  after(async () => {
    await fresh.drop();
    watch.stop();
    expect(watch.seen).to.deep.equal([]);
  });

  const on = (options: RoomOptions = {}): Locks => rooms.on([fresh.url], options);

  /** The server's sessions in this database, but for the one that asks. */
  const sessions = async () => {
    const rows = await fresh.database.rows<{ id: number; state: string; info: string | null }>(
      `SELECT id, state, info FROM information_schema.processlist
       WHERE db = DATABASE() AND id <> CONNECTION_ID()`,
    );
    return rows.map(({ id, info }) => ({ id, waits: info?.includes('GET_LOCK') === true }));
  };
  const killAll = async () => {
    for (const { id } of await sessions()) await fresh.database.write('KILL ?', [id]);
  };

  describe('as any others', () => {
    lockConformance({ guarantee: 'database', make: (options) => on(options) });
  });

  it('may be named as the database that is configured', async () => {
    const locks = rooms.on(['mysql:'], { databaseUrl: fresh.url });
    const held = heldIn(await locks.tryLock(['a']));
    expect((await on().tryLock(['a'])).kind).to.equal('busy');
    await held.release();
  });

  it('refuse what names no database, or two', () => {
    expect(() => rooms.on(['mysql:']))
      .to.throw()
      .with.property('code', 'lock-database-unknown');
    expect(() => rooms.on([fresh.url, fresh.url]))
      .to.throw()
      .with.property('code', 'lock-database-unknown');
    expect(() => rooms.on([fresh.url, 'redis://127.0.0.1:1']))
      .to.throw()
      .with.property('code', 'lock-backend-unknown');
  });

  it('keep a row with the last fence of each name', async () => {
    const locks = on();
    const held = heldIn(await locks.tryLock(['7', '8']));
    const rows = await fresh.database.rows<{ name: string; fence: number }>(
      "SELECT name, fence FROM lock_fences WHERE name LIKE 'lock:goods:_' ORDER BY name",
    );
    expect(rows.slice(0, 2).map(({ name }) => name)).to.deep.equal([
      'lock:goods:7',
      'lock:goods:8',
    ]);
    for (const { fence } of rows.slice(0, 2)) expect(BigInt(fence)).to.equal(held.fence);
    const [view] = await locks.inspect(['7']);
    expect(view?.nodes[0]).to.deep.include({ held: true, fence: held.fence, reachable: true });
    await held.release();
  });

  it('go above a fence that stands in the table, whatever the clock says', async () => {
    const stood = 9_000_000_000_000_000;
    const name = randomName(4);
    await fresh.database.write('INSERT INTO lock_fences VALUES (?, ?)', [
      `lock:goods:${name}`,
      stood,
    ]);
    await on().withLock([name, 'beside'], {}, async ({ fence }) => {
      expect(fence).to.equal(BigInt(stood) + 1n);
    });
  });

  it('tell long names and capital letters apart', async () => {
    const long = 'x'.repeat(150);
    const locks = on();
    const names = ['a', 'A', `${long}1`, `${long}2`, 'ä', 'a '];
    const held = await Promise.all(names.map((name) => locks.tryLock([name])));
    expect(held.map(({ kind }) => kind)).to.deep.equal(names.map(() => 'held'));
    for (const name of names) expect((await on().tryLock([name])).kind).to.equal('busy');
  });

  it('of another database on the same server know nothing of each other', async () => {
    const other = await freshDatabase();
    try {
      heldIn(await on().tryLock(['a']));
      const locks = rooms.on([other.url]);
      heldIn(await locks.tryLock(['a']));
      await locks.close();
    } finally {
      await other.drop();
    }
  });

  it('take hundreds of names in one trip', async () => {
    const locks = on();
    const names = Array.from({ length: 500 }, (_, index) => `n${index}`);
    const held = heldIn(await locks.tryLock(names));
    expect(locks.stats.trips).to.equal(1);
    expect(await on().tryLock(['m', 'n499'])).to.deep.include({ names: ['n499'] });
    await held.release();
  });

  it('tell the holder at once when its connection is killed', async () => {
    const held = heldIn(await on().tryLock(['a']));
    const { signal } = held;
    await killAll();
    await until(() => signal.aborted, 500);
    expect(signal.reason).to.have.nested.property('details.reason', 'disconnected');
    heldIn(await on().tryLock(['a']));
    await held.release();
  });

  it('go on waiting when the connection of a waiter is killed', async () => {
    const held = heldIn(await on().tryLock(['a']));
    const waiting = on().lock(['a'], { timeoutMs: 5000 });
    await until(async () => (await sessions()).some(({ waits }) => waits));
    for (const { id, waits } of await sessions()) {
      if (waits) await fresh.database.write('KILL ?', [id]);
    }
    await until(async () => (await sessions()).some(({ waits }) => waits));
    held.assertHeld();
    await held.release();
    heldIn(await waiting);
  });

  it('leave no waiter on the server whose wait was called off', async () => {
    const held = heldIn(await on().tryLock(['a']));
    const stop = new AbortController();
    const locks = on();
    const waiting = locks.lock(['a'], { signal: stop.signal }).catch((error) => error);
    await until(async () => (await sessions()).some(({ waits }) => waits));
    stop.abort();
    expect(await waiting).to.include({ code: 'lock-aborted' });
    await until(async () => !(await sessions()).some(({ waits }) => waits), 500);
    await held.release();
    heldIn(await locks.tryLock(['a']));
    expect(locks.stats.aborted).to.equal(1);
  });

  it('serve those who wait in the order in which they came', async () => {
    const held = heldIn(await on().tryLock(['a']));
    const order: number[] = [];
    const waits: Promise<void>[] = [];
    for (const turn of [1, 2, 3, 4]) {
      waits.push(on().withLock(['a'], {}, async () => void order.push(turn)));
      await until(async () => (await sessions()).filter(({ waits: is }) => is).length === turn);
    }
    await held.release();
    await Promise.all(waits);
    expect(order).to.deep.equal([1, 2, 3, 4]);
  });

  it('make those who find all connections in use wait for one, and never pass by', async () => {
    const locks = on();
    const all = Array.from({ length: 24 }, (_, index) => `all${index}`);
    const held = await Promise.all(all.map(async (name) => heldIn(await locks.tryLock([name]))));
    expect((await locks.tryLock(['one-more'])).kind).to.equal('busy');
    const stop = new AbortController();
    const called = locks.lock(['one-more'], { signal: stop.signal }).catch((error) => error);
    const waiting = locks.lock(['one-more'], { timeoutMs: 5000 });
    stop.abort();
    expect(await called).to.include({ code: 'lock-aborted' });
    await held[0]?.release();
    heldIn(await waiting);
  });

  describe('when the line to the database is bad', () => {
    let proxy: CutProxy;
    let throughProxy: string;

    beforeEach(async () => {
      proxy = new CutProxy(Number(new URL(fresh.url).port));
      const url = new URL(fresh.url);
      url.port = String(await proxy.listen());
      throughProxy = url.href;
    });
    afterEach(async () => {
      await rooms.close();
      await proxy.close();
    });

    const ask = (locks: Locks, options?: LockOptions) =>
      timed(options ? locks.lock(['a'], options) : locks.tryLock(['a']));

    it('are unreachable at once when nobody listens there', async () => {
      const url = new URL(fresh.url);
      url.port = '1';
      const locks = rooms.on([url.href]);
      const { value, ms } = await ask(locks);
      expect(value.kind).to.equal('unreachable');
      expect(ms).to.be.below(400);
      expect((await ask(locks, { timeoutMs: 2000 })).value.kind).to.equal('unreachable');
      const [view] = await locks.inspect(['a']);
      expect(view?.nodes[0]?.reachable).to.equal(false);
      expect(await locks.isLocked(['a']).catch((e) => e)).to.include({ code: 'lock-unreachable' });
    });

    it('are unreachable within the time of an attempt when nothing answers', async () => {
      const locks = rooms.on([throughProxy]);
      await heldIn((await ask(locks)).value).release();
      proxy.mode = 'black-hole';
      for (const options of [undefined, undefined, { timeoutMs: 0 }]) {
        const { value, ms } = await ask(locks, options);
        if (value.kind !== 'unreachable') throw new Error(value.kind);
        expect(ms).to.be.below(700);
        expect(value.nodes[0]?.node).to.include(new URL(throughProxy).port);
      }
      proxy.mode = 'pass';
      await until(async () => (await locks.tryLock(['a'])).kind === 'held', 8000);
    });

    it('end a wait when the line falls silent in the middle of it', async () => {
      const held = heldIn(await on().tryLock(['a']));
      const waiting = timed(rooms.on([throughProxy]).lock(['a'], { timeoutMs: 1000 }));
      await until(async () => (await sessions()).some(({ waits }) => waits));
      proxy.mode = 'black-hole';
      const { value, ms } = await waiting;
      expect(value.kind).to.equal('unreachable');
      expect(ms).to.be.below(2500);
      await held.release();
    });

    it('tell the holder in time when the line falls silent', async () => {
      const held = heldIn(await rooms.on([throughProxy], { ttlMs: 1200 }).tryLock(['a']));
      const { signal } = held;
      const started = performance.now();
      proxy.mode = 'black-hole';
      const other = on().lock(['a'], { timeoutMs: 5000 });
      await until(() => signal.aborted, 2000);
      expect(performance.now() - started).to.be.within(900, 1250);
      expect(signal.reason).to.have.nested.property('details.reason', 'unreachable');
      // The server gives up a session that has been silent for a ttl, in whole seconds.
      const next = await timed(other);
      expect(heldIn(next.value).fence > held.fence).to.equal(true);
      expect(performance.now() - started).to.be.within(1200, 4000);
    });
  });

  it('say what to do where the table is missing', async () => {
    const bare = await freshDatabase({ migrate: false });
    try {
      const locks = rooms.on([bare.url]);
      const answer = await locks.tryLock(['a']);
      if (answer.kind !== 'unreachable') throw new Error(answer.kind);
      expect(answer.reason).to.include('holdfast migrate');
      await locks.close();
    } finally {
      await bare.drop();
    }
  });

  it('of a process that was paused past its time go to the next', async () => {
    const paused = new LockProcess([fresh.url], 'p', 900);
    try {
      const { fence } = await paused.tells('held');
      await paused.tells('write');
      const next = on();
      const waiting = next.lock(['p'], { timeoutMs: 8000 });
      paused.signal('SIGSTOP');
      const successor = heldIn(await waiting);
      expect(successor.fence > BigInt(fence ?? 0)).to.equal(true);
      paused.signal('SIGCONT');
      await paused.tells('lost');
      await paused.tells('refused');
    } finally {
      paused.signal('SIGKILL');
    }
  });

  it('of a process that died are free at once', async () => {
    const doomed = new LockProcess([fresh.url], 'd', 60_000);
    await doomed.tells('held');
    const waiting = timed(on().lock(['d'], { timeoutMs: 8000 }));
    doomed.signal('SIGKILL');
    const { value, ms } = await waiting;
    heldIn(value);
    expect(ms).to.be.below(2000);
  });
});
