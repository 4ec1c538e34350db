import { expect } from 'chai';
import { ManualClock, randomName } from '../../src/kernel/index.ts';
import { createLocks } from '../../src/locks/index.ts';
import { heldIn, LockRooms, watchProcess } from '../support/lock-room.ts';
import { lockConformance } from './lock.conformance.ts';

describe('locks in memory', () => {
  const rooms = new LockRooms();
  const watch = watchProcess();
  let url = '';

  beforeEach(() => {
    url = `memory:${randomName(4)}`;
  });
  afterEach(() => rooms.close());
  after(() => {
    watch.stop();
    expect(watch.seen).to.deep.equal([]);
  });

  describe('as any others', () => {
    lockConformance({ guarantee: 'one-process', make: (options) => rooms.on([url], options) });
  });

  it('need no option but the URL', async () => {
    const locks = createLocks({ urls: [url] });
    expect(await locks.withLock(['a'], {}, async (held) => held.remainingMs())).to.be.above(9000);
    await locks.close();
  });

  it('of another space know nothing of each other', async () => {
    heldIn(await rooms.on([url]).tryLock(['a']));
    expect((await rooms.on([url]).tryLock(['a'])).kind).to.equal('busy');
    heldIn(await rooms.on([`${url}-2`]).tryLock(['a']));
  });

  it('end a ttl after the last renewal, and go to the next in line', async () => {
    const clock = new ManualClock();
    const [one, two] = [rooms.on([url], { clock }), rooms.on([url], { clock })];
    const held = heldIn(await one.tryLock(['a'], { autoRenew: false }));
    clock.advance(9000);
    await held.renew();
    clock.advance(9000);
    expect((await two.tryLock(['a'])).kind).to.equal('busy');
    clock.advance(1001);
    const next = heldIn(await two.tryLock(['a']));
    expect(next.fence > held.fence).to.equal(true);
    expect(() => held.assertHeld())
      .to.throw()
      .with.nested.property('details.reason', 'expired');
    await held.release();
    expect((await one.tryLock(['a'])).kind).to.equal('busy');
  });

  it('let nobody overtake who waits for one of the same names', async () => {
    const locks = rooms.on([url]);
    const held = heldIn(await locks.tryLock(['a']));
    const order: string[] = [];
    const wait = async (names: string[], what: string) => {
      await locks.withLock(names, {}, async () => void order.push(what));
    };
    const waits = [wait(['a', 'b'], 'first'), wait(['b'], 'second'), wait(['c'], 'beside')];
    expect(await locks.tryLock(['b'])).to.deep.include({ kind: 'busy', names: ['b'] });
    await waits[2];
    await held.release();
    await Promise.all(waits);
    expect(order).to.deep.equal(['beside', 'first', 'second']);
  });
});
