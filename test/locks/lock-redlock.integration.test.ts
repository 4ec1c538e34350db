import { Redlock as Sesame } from '@sesamecare-oss/redlock';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { RedlockMutex } from 'redis-semaphore';
import Redlock from 'redlock';
import { heldIn, LockRooms, timed, warmUp } from '../support/lock-room.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';

/** It puts this before every key. */
const MUTEX = 'mutex:';

interface Foreign {
  acquire(names: string[], ttlMs: number): Promise<{ release(): Promise<unknown> }>;
}

const packages: Readonly<Record<string, (clients: Redis[]) => Foreign>> = {
  redlock: (clients) => new Redlock(clients, { retryCount: 0 }),
  '@sesamecare-oss/redlock': (clients) => new Sesame(clients, { retryCount: 0 }),
};

describe('locks beside Redlock clients on the same keys', () => {
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

  for (const [name, make] of Object.entries(packages)) {
    const foreigner = () => make(nodes.all.map(({ client }) => client));

    it(`keep ${name} out`, async () => {
      const locks = rooms.on(nodes.urls);
      await warmUp(locks, 3);
      const held = heldIn(await locks.tryLock(['1', '2']));
      const refused = await foreigner()
        .acquire(['lock:goods:2', 'lock:goods:3'], 5000)
        .then(
          () => 'granted',
          () => 'refused',
        );
      expect(refused).to.equal('refused');
      await held.release();
      const foreign = await foreigner().acquire(['lock:goods:2'], 5000);
      await foreign.release();
    });

    it(`are kept out by ${name}, and follow it when it lets go`, async () => {
      const locks = rooms.on(nodes.urls);
      await warmUp(locks, 3);
      const foreign = await foreigner().acquire(['lock:goods:2'], 5000);
      const refused = await locks.tryLock(['1', '2']);
      expect(refused).to.deep.include({ kind: 'busy', names: ['2'] });
      const waiting = locks.lock(['1', '2'], { timeoutMs: 3000 });
      await foreign.release();
      const { value, ms } = await timed(waiting);
      heldIn(value);
      expect(ms).to.be.below(900);
    });
  }

  describe('of redis-semaphore', () => {
    const foreigner = (key: string) =>
      new RedlockMutex(
        nodes.all.map(({ client }) => client),
        key,
        { lockTimeout: 5000, refreshInterval: 0, acquireAttemptsLimit: 1 },
      );

    it('keep it out, and let it in when they let go', async () => {
      const locks = rooms.on(nodes.urls, { prefix: MUTEX });
      await warmUp(locks, 3);
      const held = heldIn(await locks.tryLock(['1', '2']));
      expect(await foreigner('2').tryAcquire()).to.equal(false);
      await held.release();
      await warmUp(locks, 3);
      const mutex = foreigner('2');
      expect(await mutex.tryAcquire()).to.equal(true);
      await mutex.release();
    });

    it('are kept out by it, and follow it when it lets go', async () => {
      const locks = rooms.on(nodes.urls, { prefix: MUTEX });
      await warmUp(locks, 3);
      const mutex = foreigner('2');
      expect(await mutex.tryAcquire()).to.equal(true);
      expect(await locks.tryLock(['1', '2'])).to.deep.include({ kind: 'busy', names: ['2'] });
      const waiting = locks.lock(['1', '2'], { timeoutMs: 3000 });
      await mutex.release();
      heldIn(await waiting);
    });
  });
});
