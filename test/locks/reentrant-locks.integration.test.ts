import { expect } from 'chai';
import { randomName } from '../../src/kernel/index.ts';
import { createLocks, type Locks } from '../../src/locks/index.ts';
import { signal } from '../support/until.ts';

describe('reentrant locks', () => {
  let locks: Locks;
  let other: Locks;

  beforeEach(() => {
    const urls = [`memory:${randomName(4)}`];
    locks = createLocks({ urls, reentrant: true });
    other = createLocks({ urls });
  });
  afterEach(async () => {
    await locks.close();
    await other.close();
  });

  const coded = (code: string) => (error: unknown) => expect(error).to.include({ code });
  const busy = async () => (await other.tryLock(['a'])).kind === 'busy';

  it('go in under the lock that is held, at any depth, and hold it to the end', async () => {
    const fences = await locks.withLock(['a', 'b'], {}, async (outer) => {
      const inner = await locks.withLock(['a'], {}, (held) =>
        locks.withLock(['b'], {}, async ({ fence }) => [held.fence, fence]),
      );
      expect(await busy()).to.equal(true);
      return [outer.fence, ...inner];
    });
    expect(new Set(fences).size).to.equal(1);
    expect(locks.stats.acquired).to.equal(1);
    expect(await busy()).to.equal(false);
  });

  it('wait for ever for themselves when they are not asked to be reentrant', async () => {
    await other.withLock(['a'], {}, async () => {
      const inner = other.withLock(['a'], { timeoutMs: 20 }, async () => 'in');
      await inner.then(() => expect.fail('it came in'), coded('lock-timed-out'));
    });
  });

  it('let siblings in one after the other, in order', async () => {
    const seen: string[] = [];
    const sibling = (name: string) =>
      locks.withLock(['a'], {}, async () => {
        seen.push(`${name} in`);
        await new Promise(setImmediate);
        await locks.withLock(['a'], {}, async () => void seen.push(`${name} deeper`));
        seen.push(`${name} out`);
      });
    await locks.withLock(['a'], {}, () => Promise.all(['1', '2', '3'].map(sibling)));
    const turn = (name: string) => [`${name} in`, `${name} deeper`, `${name} out`];
    expect(seen).to.deep.equal(['1', '2', '3'].flatMap(turn));
  });

  it('let a promise that was left behind ask anew when the lock is over', async () => {
    const over = signal();
    let detached: Promise<bigint> | undefined;
    const first = await locks.withLock(['a'], {}, async ({ fence }) => {
      detached = over.given.then(() => locks.withLock(['a'], {}, async (held) => held.fence));
      return fence;
    });
    const foreign = await other.tryLock(['a']);
    over.give();
    await new Promise(setImmediate);
    if (foreign.kind === 'held') await foreign.held.release();
    expect((await detached) ?? 0n).to.satisfy((fence: bigint) => fence > first);
    expect(locks.stats.acquired).to.equal(2);
  });

  it('turn away who still stands in line at the end, to ask anew', async () => {
    const [entered, leave] = [signal(), signal()];
    let detached: Promise<unknown> | undefined;
    const first = await locks.withLock(['a'], {}, async ({ fence }) => {
      const inside = locks.withLock(['a'], {}, async () => {
        entered.give();
        await leave.given;
      });
      const inLine = locks.withLock(['a'], {}, async (held) => held.fence);
      detached = Promise.all([inside, inLine]);
      await entered.given;
      setTimeout(leave.give, 30);
      return fence;
    });
    expect(await busy(), 'given back only when the one inside is out').to.equal(true);
    const [, later] = (await detached) as [void, bigint];
    expect(later > first).to.equal(true);
  });

  it('end a wait for a sibling by time and by signal', async () => {
    const leave = signal();
    await locks.withLock(['a'], {}, async () => {
      const inside = locks.withLock(['a'], {}, () => leave.given);
      const stop = new AbortController();
      const late = locks.withLock(['a'], { timeoutMs: 10 }, async () => 1);
      const called = locks.withLock(['a'], { signal: stop.signal }, async () => 1);
      stop.abort();
      await called.then(() => expect.fail('it came in'), coded('lock-aborted'));
      await late.then(() => expect.fail('it came in'), coded('lock-timed-out'));
      leave.give();
      await inside;
    });
  });

  it('refuse to add names to a lock that is held, and take others beside it', async () => {
    await locks.withLock(['a'], {}, async ({ fence }) => {
      const more = locks.withLock(['a', 'b'], {}, async () => 1);
      await more.then(() => expect.fail('it came in'), coded('lock-not-reentrant'));
      const higher = locks.withLock(['a'], { fenceAbove: fence }, async () => 1);
      await higher.then(() => expect.fail('it came in'), coded('lock-not-reentrant'));
      const inB = locks.withLock(['b'], {}, () => locks.withLock(['a'], {}, async () => 'both'));
      expect(await inB).to.equal('both');
    });
    expect(locks.stats.acquired).to.equal(2);
  });

  it('let nobody in under a lock that is lost, and tell those inside', async () => {
    const short = createLocks({ urls: ['memory:short'], ttlMs: 200, reentrant: true });
    const options = { autoRenew: false };
    const outer = short.withLock(['a'], options, async (held) => {
      const inside = short.withLock(['a'], {}, async () => {
        while (held.remainingMs() > 0) await new Promise(setImmediate);
        return 'too late';
      });
      const thrown = await inside.catch((error) => error);
      expect(thrown).to.have.nested.property('details.result', 'too late');
      const next = short.withLock(['a'], {}, async () => 1);
      await next.then(() => expect.fail('it came in'), coded('lock-lost'));
      return 'mine';
    });
    const thrown = await outer.catch((error) => error);
    expect(thrown).to.include({ code: 'lock-lost' });
    expect(thrown.details).to.include({ result: 'mine', reason: 'expired' });
    await short.close();
  });
});
