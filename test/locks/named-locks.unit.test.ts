import { expect } from 'chai';
import { randomName } from '../../src/kernel/index.ts';
import { createLockManager } from '../../src/locks/index.ts';
import { heldIn } from '../support/lock-room.ts';

describe('locks under names', () => {
  const url = `memory:${randomName(4)}`;
  const manager = createLockManager({
    goods: { urls: [url], prefix: 'goods:' },
    mail: { urls: [url], prefix: 'mail:' },
  });

  it('know nothing of each other, and are listed with what they hold', async () => {
    const { goods, mail } = manager.backends;
    const held = heldIn(await goods.tryLock(['1']));
    const other = heldIn(await mail.tryLock(['1']));
    expect(manager.open).to.deep.equal([
      { backend: 'goods', held },
      { backend: 'mail', held: other },
    ]);
    await held.release();
    expect(manager.open.map(({ backend }) => backend)).to.deep.equal(['mail']);
  });

  it('are closed together, and give back what they held', async () => {
    const [open] = manager.open;
    await manager.close();
    expect(open?.held.loss).to.equal('closed');
    expect(manager.open).to.deep.equal([]);
    const thrown = await manager.backends.goods.tryLock(['1']).catch((error) => error);
    expect(thrown).to.include({ code: 'locks-closed' });
  });

  it('are made all or none', () => {
    const make = () => createLockManager({ good: { urls: [url] }, bad: { urls: ['ftp://x'] } });
    expect(make).to.throw().with.property('code', 'lock-backend-unknown');
  });
});
