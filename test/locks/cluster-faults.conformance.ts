import { expect } from 'chai';
import { LockProcess } from '../support/lock-process.ts';
import { heldIn, LockRooms, timed, watchProcess } from '../support/lock-room.ts';
import type { PrivateCluster } from '../support/private-program.ts';
import { until } from '../support/until.ts';

export interface ClusterSubject {
  readonly start: (members: number) => Promise<PrivateCluster>;
  /** The shortest ttl that the servers keep to by themselves. */
  readonly ttlMs: number;
}

/** What every cluster that carries locks has to bear. */
export function clusterFaults({ start, ttlMs }: ClusterSubject): void {
  const rooms = new LockRooms();
  const watch = watchProcess();
  let cluster: PrivateCluster;
  const urls = () => [cluster.url];

  after(() => {
    watch.stop();
    expect(watch.seen).to.deep.equal([]);
  });

  describe('one member that fails', function () {
    this.timeout(30_000);
    beforeEach(async () => {
      cluster = await start(1);
    });
    afterEach(async () => {
      cluster.at(0).thaw();
      await rooms.close();
      await cluster.stop();
    });

    it('tells the holder in time when it falls silent', async () => {
      const locks = rooms.on(urls(), { ttlMs: 1500 });
      const held = heldIn(await locks.tryLock(['a']));
      const started = performance.now();
      cluster.at(0).freeze();
      await until(() => held.signal.aborted, 2500);
      expect(performance.now() - started).to.be.within(900, 1550);
      expect(held.signal.reason).to.have.nested.property('details.reason', 'unreachable');
      expect(held.remainingMs()).to.equal(0);
    });

    it('answers in time in silence, fast the next time, and recovers', async () => {
      const locks = rooms.on(urls(), { ttlMs: 3000 });
      await heldIn(await locks.tryLock(['a'])).release();
      cluster.at(0).freeze();
      const first = await timed(locks.tryLock(['a']));
      if (first.value.kind !== 'unreachable') throw new Error(first.value.kind);
      expect(first.ms).to.be.within(400, 650);
      const next = await timed(locks.tryLock(['a']));
      expect(next.value.kind).to.equal('unreachable');
      expect(next.ms).to.be.below(50);
      cluster.at(0).thaw();
      await until(async () => (await locks.tryLock(['b'])).kind === 'held');
      // What was asked for in vain is given back, long before its time is over.
      await until(async () => (await locks.tryLock(['a'])).kind === 'held', 1500);
    });

    it('is unreachable at once when it is down, and says who is missing', async () => {
      const locks = rooms.on(urls());
      heldIn(await locks.tryLock(['a']));
      await cluster.at(0).kill();
      await until(async () => {
        const { value, ms } = await timed(locks.tryLock(['b']));
        expect(value.kind).to.equal('unreachable');
        return ms < 100;
      });
      const thrown = await locks.withLock(['b'], {}, async () => 1).catch((e) => e);
      expect(thrown).to.include({ code: 'lock-unreachable', retryable: true });
      expect(thrown.details.reason).to.include('127.0.0.1:');
    });

    it('keeps the lock and the order of fences over a restart', async () => {
      const locks = rooms.on(urls(), { ttlMs: 15_000 });
      const far = heldIn(await locks.tryLock(['z'], { fenceAbove: 10n ** 15n }));
      const held = heldIn(await locks.tryLock(['a']));
      expect(held.fence > far.fence).to.equal(true);
      await cluster.at(0).kill();
      await cluster.at(0).start();
      const other = rooms.on(urls());
      await until(async () => (await other.tryLock(['a'])).kind === 'busy', 5000);
      await until(
        () =>
          held.renew().then(
            () => true,
            () => false,
          ),
        5000,
      );
      held.assertHeld();
      await held.release();
      const next = heldIn(await other.tryLock(['a']));
      expect(next.fence > held.fence).to.equal(true);
    });

    it('goes on with a wait over a restart', async () => {
      const locks = rooms.on(urls(), { ttlMs: 15_000 });
      const other = rooms.on(urls(), { ttlMs: 15_000 });
      const held = heldIn(await locks.tryLock(['a']));
      await cluster.at(0).kill();
      await cluster.at(0).start();
      await until(async () => (await other.tryLock(['a'])).kind === 'busy', 5000);
      const waiting = other.lock(['a'], { timeoutMs: 10_000 });
      await held.release();
      heldIn(await waiting);
    });
  });

  describe('two processes', function () {
    this.timeout(30_000);
    before(async () => {
      cluster = await start(1);
    });
    afterEach(async () => {
      await rooms.close();
      await cluster.clear();
    });
    after(() => cluster.stop());

    it('frees the names of one that dies, by its time', async () => {
      const locks = rooms.on(urls(), { ttlMs });
      const doomed = new LockProcess(urls(), 'a', ttlMs);
      const { fence } = await doomed.tells('held');
      doomed.signal('SIGKILL');
      const { value, ms } = await timed(locks.lock(['a'], { timeoutMs: ttlMs * 4 }));
      expect(heldIn(value).fence > BigInt(fence ?? 0)).to.equal(true);
      expect(ms).to.be.within(ttlMs / 2, ttlMs * 3);
    });

    it('frees the names of a lock that nobody renews, while its process lives', async () => {
      const locks = rooms.on(urls(), { ttlMs });
      const held = heldIn(await locks.lock(['a'], { autoRenew: false }));
      const { value, ms } = await timed(rooms.on(urls()).lock(['a'], { timeoutMs: ttlMs * 4 }));
      expect(heldIn(value).fence > held.fence).to.equal(true);
      expect(ms).to.be.within(ttlMs / 2, ttlMs * 2.5);
      expect(held.signal.aborted, 'told before the next holder').to.equal(true);
    });

    it('tells one that was paused past its time before it can write again', async () => {
      const locks = rooms.on(urls(), { ttlMs });
      const paused = new LockProcess(urls(), 'a', ttlMs);
      try {
        const { fence } = await paused.tells('held');
        await paused.tells('write');
        paused.signal('SIGSTOP');
        const successor = heldIn(await locks.lock(['a'], { timeoutMs: ttlMs * 4 }));
        expect(successor.fence > BigInt(fence ?? 0)).to.equal(true);
        const writes = () => paused.told.filter(({ kind }) => kind === 'write').length;
        const before = writes();
        paused.signal('SIGCONT');
        await paused.tells('lost');
        await paused.tells('refused');
        // A write that was under way when the pause began may still come through.
        expect(writes() - before).to.be.at.most(1);
        successor.assertHeld();
      } finally {
        paused.signal('SIGKILL');
      }
    });

    it('serves waiters first come, first served', async () => {
      const first = heldIn(await rooms.on(urls()).tryLock(['a']));
      const order: number[] = [];
      const waits: Promise<void>[] = [];
      for (const turn of [1, 2, 3, 4]) {
        const locks = rooms.on(urls());
        waits.push(locks.withLock(['a'], {}, async () => void order.push(turn)));
        const watcher = rooms.on(urls());
        await until(async () => {
          const [view] = await watcher.inspect(['a']);
          return view?.nodes.every(({ waiting }) => waiting === turn) ?? false;
        });
      }
      await first.release();
      await Promise.all(waits);
      expect(order).to.deep.equal([1, 2, 3, 4]);
    });

    it('keeps the place of one that waits for longer than a ttl', async () => {
      const held = heldIn(await rooms.on(urls(), { ttlMs: 15_000 }).tryLock(['a']));
      const order: number[] = [];
      const watcher = rooms.on(urls());
      const waits: Promise<void>[] = [];
      const inLine = async (count: number) =>
        (await watcher.inspect(['a']))[0]?.nodes[0]?.waiting === count;
      for (const turn of [1, 2]) {
        const locks = rooms.on(urls(), { ttlMs: turn === 1 ? ttlMs / 2 : 15_000 });
        waits.push(locks.withLock(['a'], {}, async () => void order.push(turn)));
        await until(() => inLine(turn));
      }
      const since = performance.now();
      await until(() => performance.now() - since > ttlMs * 2, ttlMs * 3);
      expect(await inLine(2)).to.equal(true);
      await held.release();
      await Promise.all(waits);
      expect(order).to.deep.equal([1, 2]);
    });

    it('keeps names apart that look like parts of each other', async () => {
      const [one, two] = [rooms.on(urls()), rooms.on(urls())];
      heldIn(await one.tryLock(['a/b', 'a%2Fb', 'a.b']));
      heldIn(await two.tryLock(['a']));
      expect((await two.tryLock(['a/b'])).kind).to.equal('busy');
    });

    it('leaves the line when it closes', async () => {
      const [one, two] = [rooms.on(urls()), rooms.on(urls())];
      const held = heldIn(await one.tryLock(['a']));
      const waiting = two.lock(['a', 'b']).catch((e) => e);
      await until(async () => (await one.inspect(['a']))[0]?.nodes[0]?.waiting === 1);
      await two.close();
      expect(await waiting).to.include({ code: 'locks-closed' });
      await held.release();
      await until(async () => (await one.tryLock(['a', 'b'])).kind === 'held', 1000);
    });

    it('takes hundreds of names together, or none of them', async () => {
      const [one, two] = [rooms.on(urls()), rooms.on(urls())];
      const names = Array.from({ length: 500 }, (_, index) => `n${index}/%`);
      const held = heldIn(await one.tryLock(names));
      expect(await two.tryLock(['n7/%', 'other', 'n9/%'])).to.deep.include({
        kind: 'busy',
        names: ['n7/%', 'n9/%'],
      });
      const refused = await two.tryLock([...names, 'other']);
      expect(refused.kind === 'busy' && refused.names.length).to.equal(500);
      await until(async () => (await two.tryLock(['other'])).kind === 'held');
      await held.release();
      heldIn(await two.lock(names, { timeoutMs: 2000 }));
    });

    it('shows who holds what, until when, and how many wait', async () => {
      const [one, two] = [rooms.on(urls()), rooms.on(urls())];
      const held = heldIn(await one.tryLock(['7'], { fenceAbove: 5_000_000n }));
      expect((await one.inspect(['7']))[0]?.nodes[0]?.waiting).to.equal(0);
      const waiting = two.lock(['7']);
      await until(async () => (await one.inspect(['7']))[0]?.nodes[0]?.waiting === 1);
      const [seven, eight] = await one.inspect(['7', '8']);
      expect(seven?.nodes[0]).to.include({ reachable: true, held: true, fence: held.fence });
      expect(seven?.nodes[0]?.ttlMs).to.be.within(1000, 10_000);
      expect(eight?.nodes[0]).to.include({ reachable: true, held: false, waiting: 0 });
      await held.release();
      heldIn(await waiting);
    });
  });

  describe('three members', function () {
    this.timeout(30_000);
    beforeEach(async () => {
      cluster = await start(3);
    });
    afterEach(async () => {
      for (const member of cluster.members) member.thaw();
      await rooms.close();
      await cluster.stop();
    });

    it('lock and keep a lock with any one of them down, in the order of fences', async () => {
      const locks = rooms.on(urls(), { ttlMs: 15_000 });
      const held = heldIn(await locks.tryLock(['a']));
      let last = held.fence;
      for (const index of [0, 1, 2]) {
        await cluster.at(index).kill();
        // A new leader is found within a moment.
        await until(
          () =>
            held.renew().then(
              () => true,
              () => false,
            ),
          10_000,
        );
        await until(async () => {
          const outcome = await locks.tryLock([`b${index}`]);
          if (outcome.kind !== 'held') return false;
          expect(outcome.held.fence > last).to.equal(true);
          last = outcome.held.fence;
          return true;
        }, 10_000);
        expect((await locks.tryLock(['a'])).kind).to.equal('busy');
        await cluster.at(index).start();
      }
      held.assertHeld();
    });

    it('go on when the one that is spoken to falls silent', async () => {
      const locks = rooms.on(urls(), { ttlMs: 15_000 });
      const held = heldIn(await locks.tryLock(['a']));
      cluster.at(0).freeze();
      await until(
        () =>
          held.renew().then(
            () => true,
            () => false,
          ),
        10_000,
      );
      await until(async () => (await locks.tryLock(['b'])).kind === 'held', 10_000);
      held.assertHeld();
    });

    it('are unreachable without a majority, and come back', async () => {
      const locks = rooms.on(urls(), { ttlMs: 3000 });
      await heldIn(await locks.tryLock(['a'])).release();
      await Promise.all([cluster.at(1).kill(), cluster.at(2).kill()]);
      await until(async () => (await locks.tryLock(['a'])).kind === 'unreachable', 5000);
      const { value, ms } = await timed(locks.tryLock(['b']));
      expect(value.kind).to.equal('unreachable');
      expect(ms).to.be.below(700);
      await cluster.at(1).start();
      await until(async () => (await locks.tryLock(['b'])).kind === 'held', 10_000);
    });
  });
}
