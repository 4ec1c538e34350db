import { expect } from 'chai';
import { ManualClock } from '../../src/kernel/index.ts';
import { HeldLease } from '../../src/locks/held-lease.ts';
import type { Lease, RenewAnswer } from '../../src/locks/lock-backend.ts';
import type { HoldOptions, LockLoss, LossReason, RenewFailure } from '../../src/locks/index.ts';
import { momentOf } from '../../src/locks/lock-deadline.ts';
import { type LogLine, recordingLogger } from '../support/lock-room.ts';
import { until } from '../support/until.ts';

const TTL = 10_000;

/** A lease whose server answers when the test says so. */
class ScriptedLease implements Lease {
  readonly fence = 7n;
  readonly sentAt;
  readonly calls: string[] = [];
  readonly #clock: ManualClock;
  answer: (reply: RenewAnswer) => void = () => undefined;
  released = true;
  end: (reason: LossReason) => void = () => undefined;

  constructor(clock: ManualClock) {
    this.#clock = clock;
    this.sentAt = momentOf(clock);
  }

  renew(): Promise<RenewAnswer> {
    this.calls.push('renew');
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  }

  watch(ended: (reason: LossReason) => void): void {
    this.end = ended;
  }

  renewed(): void {
    this.answer({ kind: 'renewed', sentAt: momentOf(this.#clock) });
  }

  async release(): Promise<boolean> {
    this.calls.push('release');
    return this.released;
  }
}

describe('a held lock', () => {
  let clock: ManualClock;
  let lease: ScriptedLease;
  let held: HeldLease;
  let lines: LogLine[];

  beforeEach(() => {
    clock = new ManualClock();
    lease = new ScriptedLease(clock);
    lines = [];
    held = hold();
  });
  afterEach(() => held.release());

  const hold = (options: HoldOptions = {}) =>
    new HeldLease({
      names: ['a'],
      ttlMs: TTL,
      maxHoldMs: 60_000,
      onEnd: () => undefined,
      lease,
      clock,
      logger: recordingLogger(lines),
      ...options,
    });

  const reason = () => {
    try {
      held.assertHeld();
      return 'held';
    } catch (error) {
      return (error as { details: { reason: string } }).details.reason;
    }
  };

  it('lasts a little less than the ttl from the moment it was asked for', () => {
    expect(held.remainingMs()).to.equal(TTL - 100 - 2);
    clock.advance(TTL - 103);
    expect(reason()).to.equal('held');
    clock.advance(1);
    expect(reason()).to.equal('expired');
    expect(held.signal.aborted).to.equal(true);
    expect(held.remainingMs()).to.equal(0);
  });

  it('ends when the wall clock alone says so, as after a sleep of the machine', () => {
    clock.jump(TTL);
    expect(reason()).to.equal('clock-jump');
  });

  it('is not made longer by a wall clock that is set back', () => {
    clock.jump(-60_000);
    clock.advance(TTL - 102);
    expect(reason()).to.equal('expired');
  });

  it('aborts its signal by itself when the wall clock jumps', async () => {
    const { signal } = held;
    clock.jump(TTL);
    await until(() => signal.aborted, 1500);
  });

  it('counts a renewal from the moment it was sent, not answered', async () => {
    clock.advance(3000);
    const renewal = held.renew();
    await until(() => lease.calls.length === 1);
    const sentAt = momentOf(clock);
    clock.advance(4000);
    lease.answer({ kind: 'renewed', sentAt });
    await renewal;
    expect(held.remainingMs()).to.equal(TTL - 102 - 4000);
  });

  it('is lost at once when the servers say that it is not ours', async () => {
    const renewal = held.renew().catch((e) => e);
    await until(() => lease.calls.length === 1);
    lease.answer({ kind: 'stolen' });
    expect(await renewal).to.include({ code: 'lock-lost' });
    expect(reason()).to.equal('stolen');
  });

  it('survives a renewal that nobody answered, until its time is up', async () => {
    const renewal = held.renew().catch((e) => e);
    await until(() => lease.calls.length === 1);
    lease.answer({ kind: 'unreachable', reason: 'all down', nodes: [] });
    expect(await renewal).to.include({ code: 'lock-unreachable', retryable: true });
    expect(reason()).to.equal('held');
    clock.advance(TTL);
    expect(reason()).to.equal('unreachable');
  });

  it('is not brought back by an answer that came after its end', async () => {
    const renewal = held.renew().catch((e) => e);
    await until(() => lease.calls.length === 1);
    clock.advance(TTL);
    lease.renewed();
    expect(await renewal).to.include({ code: 'lock-lost' });
    expect(reason()).to.equal('expired');
  });

  it('sends one renewal at a time', async () => {
    const both = Promise.all([held.renew(), held.renew()]);
    await until(() => lease.calls.length === 1);
    lease.renewed();
    await until(() => lease.calls.length === 2);
    lease.renewed();
    await both;
  });

  it('sends no renewal after the release, and does not wait for one under way', async () => {
    const first = held.renew().catch((e) => e);
    const second = held.renew().catch((e) => e);
    await until(() => lease.calls.length === 1);
    await held.release();
    lease.renewed();
    expect(await first).to.have.nested.property('details.reason', 'released');
    expect(await second).to.have.nested.property('details.reason', 'released');
    expect(lease.calls).to.deep.equal(['renew', 'release']);
  });

  it('is not held for ever, however often it is renewed', async () => {
    for (let renewals = 0; renewals < 12; renewals += 1) {
      clock.advance(4990);
      const renewal = held.renew();
      await until(() => lease.calls.length === renewals + 1);
      lease.renewed();
      await renewal;
    }
    expect(held.remainingMs()).to.equal(120);
    clock.advance(120);
    expect(reason()).to.equal('max-hold');
  });

  it('does not abort its signal when it is given back', async () => {
    const { signal } = held;
    await held.release();
    expect(signal.aborted).to.equal(false);
    expect(reason()).to.equal('released');
  });

  it('logs a release that no quorum confirmed, and throws nothing', async () => {
    lease.released = false;
    await held.release();
    expect(lines.map(({ message }) => message)).to.deep.equal([
      'lock release not confirmed; it ends by itself',
    ]);
  });

  it('is lost at the moment when its backend knows that it has ended', () => {
    const { signal } = held;
    lease.end('disconnected');
    expect(signal.reason).to.have.nested.property('details.reason', 'disconnected');
    lease.end('stolen');
    expect(reason()).to.equal('disconnected');
  });

  it('tells its handler of the loss once, with the reason, and never of a release', async () => {
    const losses: LockLoss[] = [];
    const onLost = (loss: LockLoss) => void losses.push(loss);
    const other = hold({ onLost });
    clock.advance(TTL);
    expect(() => other.assertHeld()).to.throw();
    await other.release();
    expect(losses).to.have.length(1);
    expect(losses[0]).to.include({ fence: 7n, reason: 'expired' });
    expect(losses[0]?.error).to.include({ code: 'lock-lost' });
    lease = new ScriptedLease(clock);
    await hold({ onLost }).release();
    expect(losses).to.have.length(1);
  });

  it('tells of each renewal that failed, and how much time is left', async () => {
    await held.release();
    lease.calls.length = 0;
    const failures: RenewFailure[] = [];
    const other = hold({ onRenewFailed: (failure) => void failures.push(failure) });
    clock.advance(4000);
    await until(() => lease.calls.length === 1, 2000);
    lease.answer({ kind: 'unreachable', reason: 'all down', nodes: [] });
    await until(() => failures.length === 1);
    expect(failures[0]).to.include({ remainingMs: TTL - 102 - 4000 });
    expect(failures[0]?.error).to.include({ code: 'lock-unreachable' });
    await other.release();
  });

  it('outlives a handler that throws, and logs it', () => {
    const other = hold({
      onLost: () => {
        throw new Error('a bad handler');
      },
    });
    other.lose('stolen');
    expect(lines.at(-1)).to.deep.include({ level: 'error' });
    expect(lines.at(-1)?.fields).to.include({ handler: 'onLost', error: 'a bad handler' });
  });

  it('is renewed only by hand when it shall not renew itself', async () => {
    await held.release();
    lease.calls.length = 0;
    const other = hold({ autoRenew: false });
    const renewal = other.renew();
    await until(() => lease.calls.length === 1);
    lease.renewed();
    await renewal;
    const { signal } = other;
    clock.advance(TTL - 1000);
    clock.advance(1000);
    await until(() => signal.aborted, 1500);
    expect(lease.calls).to.deep.equal(['renew']);
  });
});
