import { expect } from 'chai';
import { systemClock } from '../../src/kernel/index.ts';
import type { LockGuarantee, Locks } from '../../src/locks/index.ts';
import { heldIn, type RoomOptions, timed } from '../support/lock-room.ts';

export interface LockSubject {
  readonly guarantee: LockGuarantee;
  /** Locks with connections of their own, as another process would have; closed by the caller. */
  make(options?: RoomOptions): Locks;
}

/** What every kind of lock server has to keep. */
export function lockConformance(subject: LockSubject): void {
  let one: Locks;
  let two: Locks;

  beforeEach(() => {
    one = subject.make();
    two = subject.make();
  });

  it('says what it guarantees', () => {
    expect(one.guarantee).to.equal(subject.guarantee);
  });

  it('lets one of two hold a name, and says which name is busy and for how long', async () => {
    const held = heldIn(await one.tryLock(['a', 'b']));
    const refused = await two.tryLock(['b', 'c']);
    if (refused.kind !== 'busy') throw new Error(refused.kind);
    expect(refused.names).to.deep.equal(['b']);
    expect(refused.retryAfterMs).to.be.within(1, 10_000);
    await held.release();
  });

  it('takes all the names or none', async () => {
    const held = heldIn(await one.tryLock(['b']));
    expect((await two.tryLock(['a', 'b', 'c'])).kind).to.equal('busy');
    heldIn(await one.tryLock(['a', 'c']));
    await held.release();
  });

  it('frees the names on release, and a second release does nothing', async () => {
    const held = heldIn(await one.tryLock(['a']));
    await Promise.all([held.release(), held.release()]);
    const next = heldIn(await two.tryLock(['a']));
    await held.release();
    expect((await one.tryLock(['a'])).kind).to.equal('busy');
    next.assertHeld();
  });

  it('takes a name given twice once, and gives the names sorted', async () => {
    const held = heldIn(await one.tryLock(['b', 'a', 'b']));
    expect(held.names).to.deep.equal(['a', 'b']);
  });

  it('gives every holder a higher fence than all before it', async () => {
    let last = 0n;
    for (let round = 0; round < 10; round += 1) {
      const held = heldIn(await (round % 2 ? one : two).tryLock(['a', `only-${round}`]));
      expect(held.fence > last).to.equal(true);
      last = held.fence;
      await held.release();
    }
  });

  it('gives a fence above the one asked for', async () => {
    const above = BigInt(systemClock.wallMs() + 3_600_000) * 1000n;
    const held = heldIn(await one.tryLock(['a'], { fenceAbove: above }));
    expect(held.fence > above).to.equal(true);
    await held.release();
    const next = heldIn(await two.tryLock(['a']));
    expect(next.fence > held.fence).to.equal(true);
  });

  it('holds for less than the ttl without being renewed, and longer when it is', async () => {
    const held = heldIn(await one.tryLock(['a']));
    expect(held.remainingMs()).to.be.within(9000, 9900);
    await held.renew();
    expect(held.remainingMs()).to.be.within(9000, 9900);
    held.assertHeld();
  });

  it('renews by itself', async () => {
    const short = subject.make({ ttlMs: 600 });
    const held = heldIn(await short.tryLock(['a']));
    const { value } = await timed(two.lock(['a'], { timeoutMs: 1500 }));
    expect(value.kind).to.equal('busy');
    held.assertHeld();
    expect(held.signal.aborted).to.equal(false);
  });

  it('ends a lock after the ttl of its call, here and for the others', async () => {
    const held = heldIn(await one.tryLock(['a'], { ttlMs: 1500, autoRenew: false }));
    expect(held.remainingMs()).to.be.within(700, 1483);
    const { value, ms } = await timed(two.lock(['a'], { timeoutMs: 8000 }));
    const next = heldIn(value);
    // Servers that count whole seconds, or look for ends now and then, keep it a little longer.
    expect(ms).to.be.within(700, 5000);
    expect(held.loss).to.equal('expired');
    expect(next.remainingMs()).to.be.within(5000, 9900);
  });

  it('renews a lock as its own ttl wants it', async () => {
    const lock = one.withLock(['a'], 900, async (held) => {
      const { value } = await timed(two.lock(['a'], { timeoutMs: 2000 }));
      expect(value.kind).to.equal('busy');
      expect(held.remainingMs()).to.be.within(1, 889);
      return held.loss;
    });
    expect(await lock).to.equal(undefined);
  });

  it('refuses a ttl longer than the one of all locks', async () => {
    const routine = async () => 1;
    const calls = [
      one.tryLock(['a'], { ttlMs: 10_001 }),
      one.lock(['a'], { ttlMs: 10_001 }),
      one.withLock(['a'], 10_001, routine),
    ];
    for (const call of calls) {
      const thrown = await call.catch((error: unknown) => error);
      expect(thrown).to.include({ code: 'lock-options-invalid' });
      expect(thrown)
        .to.have.property('message')
        .that.matches(/ttlMs.*10001.*10000/);
    }
    heldIn(await two.tryLock(['a']));
  });

  it('waits in line and gets the name when it is given back', async () => {
    const held = heldIn(await one.tryLock(['a']));
    const waiting = two.lock(['a']);
    setTimeout(() => void held.release(), 200);
    const { value, ms } = await timed(waiting);
    heldIn(value);
    expect(ms).to.be.within(150, 450);
  });

  it('answers busy when the wait takes too long', async () => {
    heldIn(await one.tryLock(['a']));
    const { value, ms } = await timed(two.lock(['a'], { timeoutMs: 200 }));
    expect(value.kind).to.equal('busy');
    expect(ms).to.be.within(190, 700);
  });

  it('ends a wait that is called off, with the reason', async () => {
    heldIn(await one.tryLock(['a']));
    const stop = new AbortController();
    const waiting = two.lock(['a'], { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('closing time')), 50);
    const { value: error, ms } = await timed(waiting.catch((thrown: unknown) => thrown));
    expect(ms).to.be.below(350);
    expect(error).to.include({ code: 'lock-aborted' });
    expect((error as Error).cause).to.have.property('message', 'closing time');
  });

  it('returns what the routine returns, and throws what it throws', async () => {
    expect(await one.withLock(['a'], {}, async ({ fence }) => typeof fence)).to.equal('bigint');
    const own = new Error('the real one');
    const thrown = await one.withLock(['a'], {}, () => Promise.reject(own)).catch((e) => e);
    expect(thrown).to.equal(own);
    heldIn(await two.tryLock(['a']));
  });

  it('tells a wait that took too long from a name that was not waited for', async () => {
    heldIn(await one.tryLock(['a']));
    const refused = (timeoutMs: number) =>
      two.withLock(['a'], { timeoutMs }, async () => 1).catch((e) => e);
    expect(await refused(50)).to.include({ code: 'lock-timed-out', retryable: true });
    expect(await refused(0)).to.include({ code: 'lock-busy', retryable: true });
  });

  it('says whether a name is locked, and when it is free at the latest', async () => {
    const held = heldIn(await one.tryLock(['a']));
    expect(await two.isLocked(['b', 'a'])).to.equal(true);
    expect(await two.isLocked(['b'])).to.equal(false);
    expect(await two.ttl('a')).to.be.within(1000, 10_000);
    await held.release();
    expect(await two.isLocked(['a'])).to.equal(false);
    expect(await two.ttl('a')).to.equal(0);
  });

  it('counts what it did, and lists what it holds', async () => {
    const held = heldIn(await one.tryLock(['a']));
    expect(one.open).to.deep.equal([held]);
    expect(await two.tryLock(['a'])).to.include({ kind: 'busy' });
    await held.release();
    expect(one.open).to.deep.equal([]);
    expect(one.stats).to.include({ acquired: 1, busy: 0, fence: held.fence });
    if (subject.guarantee === 'one-process') expect(one.stats.trips).to.equal(0);
    else expect(one.stats.trips).to.be.within(2, 3);
    expect(one.stats.holdMs).to.be.above(0);
    expect(two.stats).to.include({ acquired: 0, busy: 1 });
  });

  it('gives back what is held when it closes, and tells the holder', async () => {
    const held = heldIn(await one.tryLock(['a']));
    const { signal } = held;
    await one.close();
    expect(signal.aborted).to.equal(true);
    expect(() => held.assertHeld())
      .to.throw()
      .with.nested.property('details.reason', 'closed');
    heldIn(await two.tryLock(['a']));
    const thrown = await one.tryLock(['a']).catch((e) => e);
    expect(thrown).to.include({ code: 'locks-closed', retryable: true });
  });

  it('gives back at the end of a block', async () => {
    {
      await using held = heldIn(await one.tryLock(['a']));
      held.assertHeld();
    }
    heldIn(await two.tryLock(['a']));
  });

  it('refuses no name, an empty name and a name with a tilde', async () => {
    for (const names of [[], [''], ['a~fence']]) {
      const thrown = await one.tryLock(names).catch((e) => e);
      expect(thrown).to.include({ code: 'lock-names-invalid' });
    }
  });

  it('keeps mutual exclusion and rising fences among many contenders', async () => {
    const rooms = [one, two, subject.make()];
    let inside = 0;
    let last = 0n;
    let turns = 0;
    const contend = async (room: Locks) => {
      for (let turn = 0; turn < 5; turn += 1) {
        await room.withLock(['hot'], {}, async (held) => {
          inside += 1;
          expect(inside).to.equal(1);
          expect(held.fence > last).to.equal(true);
          last = held.fence;
          await held.renew();
          inside -= 1;
          turns += 1;
        });
      }
    };
    await Promise.all([...rooms, ...rooms].map(contend));
    expect(turns).to.equal(30);
  });

  it('never deadlocks on overlapping sets in any order', async () => {
    const sets = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['c', 'b', 'a'],
    ];
    let done = 0;
    const rounds = sets.flatMap((names) =>
      [one, two].map(async (room) => {
        for (let turn = 0; turn < 4; turn += 1) {
          await room.withLock(names, {}, async () => void (done += 1));
        }
      }),
    );
    await Promise.all(rounds);
    expect(done).to.equal(32);
  });
}
