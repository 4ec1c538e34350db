import { expect } from 'chai';
import type * as locks from '../../src/locks/index.ts';

describe('the locks as a package', () => {
  it('are found under their own name by whoever has Holdfast', async () => {
    const name = 'holdfast/locks';
    const found = (await import(name)) as typeof locks;
    expect(found).to.have.keys('createLocks', 'createLockManager', 'lossReasons');
    const ours = await import('../../src/locks/index.ts');
    expect(found.createLocks).to.equal(ours.createLocks);
  });

  it('need nothing but a URL, and give back at the end of a block', async () => {
    const { createLocks } = await import('../../src/locks/index.ts');
    const room = createLocks({ urls: ['memory:package'] });
    {
      const outcome = await room.tryLock(['report']);
      if (outcome.kind !== 'held') throw new Error(outcome.kind);
      await using held = outcome.held;
      expect(held.fence > 0n).to.equal(true);
      expect(await room.isLocked(['report'])).to.equal(true);
    }
    expect(await room.isLocked(['report'])).to.equal(false);
    await room.close();
  });
});
