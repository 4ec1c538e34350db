import { expect } from 'chai';
import { systemClock } from '../../src/kernel/index.ts';
import { LockProbation } from '../../src/locks/lock-probation.ts';

const TTL_MS = 10_000;
const info = (runId: string, upSeconds: number) =>
  `run_id:${runId}\r\nuptime_in_seconds:${upSeconds}\r\n`;

describe('the time for which a lock node is not counted', () => {
  let nowMs: number;
  let probation: LockProbation;
  beforeEach(() => {
    nowMs = 5000;
    probation = new LockProbation(TTL_MS, { ...systemClock, monotonicMs: () => nowMs });
  });

  it('is a ttl since it restarted, and nothing for one that was only away', () => {
    expect(probation.met(info('a', 0))).to.equal(0);
    expect(probation.met(info('a', 3))).to.equal(0);
    expect(probation.met(info('b', 4))).to.equal(7000);
    nowMs += 7000;
    expect(probation.leftMs()).to.equal(0);
  });

  it('is a ttl for one that does not say who it is', () => {
    probation.met(info('a', 100));
    expect(probation.met(undefined)).to.equal(TTL_MS);
    nowMs += 4000;
    expect(probation.leftMs()).to.equal(6000);
    expect(probation.met('')).to.equal(TTL_MS);
  });

  it('is as long as before when its clock has jumped, whatever it says of itself', () => {
    probation.met(info('a', 100));
    expect(probation.jumped(500)).to.equal(TTL_MS);
    expect(probation.met(info('a', 101))).to.equal(TTL_MS);
  });
});
