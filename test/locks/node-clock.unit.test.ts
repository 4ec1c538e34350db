import { expect } from 'chai';
import { ManualClock } from '../../src/kernel/index.ts';
import { momentOf } from '../../src/locks/lock-deadline.ts';
import { NodeClock } from '../../src/locks/node-clock.ts';

const TTL = 10_000;
const BUDGET = 102;
/** The node's clock is no more right than anybody's. */
const AHEAD = 5_000_000;

describe('the clock of a lock node', () => {
  let ours: ManualClock;
  let node: NodeClock;
  let aheadMs: number;

  beforeEach(() => {
    ours = new ManualClock();
    node = new NodeClock(TTL);
    aheadMs = AHEAD;
  });

  /** Asks the node; its clock runs by itself, whatever happens to ours. */
  let truth = 1_700_000_000_000;
  const pass = (ms: number) => {
    truth += ms;
    ours.advance(ms);
  };
  const ask = (thereMs = 1, backMs = 1) => {
    const sent = momentOf(ours);
    pass(thereMs);
    const serverMs = truth + aheadMs;
    pass(backMs);
    return node.read({ serverMs, sent, received: momentOf(ours) });
  };

  it('may be wrong as long as it stays so', () => {
    for (let turn = 0; turn < 20; turn += 1) {
      expect(ask(turn % 7, turn % 5)).to.equal(0);
      pass(700);
    }
  });

  it('is seen to jump either way, by what the round trip leaves certain', () => {
    ask();
    aheadMs += 1000;
    expect(ask()).to.be.within(996, 1000);
    expect(ask()).to.equal(0);
    aheadMs -= 3000;
    expect(ask()).to.be.within(-3000, -2996);
    expect(ask()).to.equal(0);
  });

  it('is watched as closely as the shortest lock on it needs', () => {
    ask();
    aheadMs += 50;
    expect(ask()).to.equal(0);
    node.watchFor(300);
    aheadMs += 50;
    expect(ask()).to.be.within(46, 102);
    node.watchFor(TTL);
    aheadMs += 50;
    expect(ask()).to.be.within(46, 50);
  });

  it('is not accused of a slow answer', () => {
    ask();
    expect(ask(0, 900)).to.equal(0);
    expect(ask(900, 0)).to.equal(0);
    expect(ask()).to.equal(0);
  });

  it('is not accused when our own wall clock is set', () => {
    ask();
    ours.jump(-3_600_000);
    expect(ask()).to.equal(0);
    aheadMs += 500;
    expect(ask()).to.be.within(490, 500);
  });

  it('is not accused when our machine sleeps, and its monotonic clock with it', () => {
    ask();
    truth += 60_000;
    ours.jump(60_000); // only the wall clock went on
    expect(ask()).to.equal(0);
    aheadMs += 500;
    expect(ask()).to.be.within(490, 500);
  });

  it('may drift by what a ttl has to spare', () => {
    for (let turn = 0; turn < 60; turn += 1) {
      expect(ask()).to.equal(0);
      pass(1000);
      aheadMs += 9; // nearly one part in a hundred
    }
  });

  it('is seen to run fast, though every single step is small', () => {
    let jumped = 0;
    for (let turn = 0; turn < 100; turn += 1) {
      jumped += ask();
      pass(50);
      aheadMs += 5; // ten parts in a hundred
    }
    expect(jumped).to.be.above(BUDGET);
  });

  it('may have drifted in a long silence as far as honest clocks do', () => {
    ask();
    pass(3_600_000);
    aheadMs += 3000;
    expect(ask()).to.equal(0);
    pass(3_600_000);
    aheadMs += 4000;
    expect(ask()).to.be.above(3900);
  });

  it('is known from the tightest of its answers', () => {
    ask(0, 400);
    ask(0, 2);
    ask(0, 400);
    const latest = node.latestMs(momentOf(ours)) ?? 0;
    expect(latest - truth - aheadMs).to.be.within(BUDGET, BUDGET + 2);
  });

  it('is not known before the first answer', () => {
    expect(node.latestMs(momentOf(ours))).to.equal(undefined);
  });
});
