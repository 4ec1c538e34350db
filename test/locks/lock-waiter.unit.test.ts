import { expect } from 'chai';
import { LockWaiter } from '../../src/locks/lock-waiter.ts';
import { timed } from '../support/lock-room.ts';

const LONG = 2000;

describe('a waiter in line', () => {
  let waiter: LockWaiter;

  beforeEach(() => {
    waiter = new LockWaiter('process:1', 1, 2);
  });

  it('goes as soon as a quorum of nodes called', async () => {
    const turn = timed(waiter.turn(LONG, LONG));
    waiter.call(0);
    waiter.call(2);
    expect((await turn).ms).to.be.below(200);
  });

  it('gives the other nodes a moment after the first call', async () => {
    const turn = timed(waiter.turn(LONG, 30));
    waiter.call(0);
    waiter.call(0);
    expect((await turn).ms).to.be.within(25, 300);
  });

  it('counts the nodes that would have had it in the attempt before', async () => {
    const turn = timed(waiter.turn(LONG, LONG));
    waiter.wouldGet([1]);
    waiter.call(0);
    expect((await turn).ms).to.be.below(200);
  });

  it('is not moved by those nodes alone, or it would spin', async () => {
    waiter.wouldGet([0, 1]);
    expect((await timed(waiter.turn(50, 1))).ms).to.be.above(40);
  });

  it('minds calls that came while it was asking, and not those before', async () => {
    waiter.call(0);
    waiter.call(1);
    waiter.forget();
    expect((await timed(waiter.turn(50, 1))).ms).to.be.above(40);
    waiter.call(0);
    waiter.call(1);
    expect((await timed(waiter.turn(LONG, LONG))).ms).to.be.below(200);
  });
});
