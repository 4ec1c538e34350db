import { expect } from 'chai';
import type { Locks } from '../../src/locks/index.ts';
import { type EtcdServers, startEtcd } from '../support/etcd-servers.ts';
import { heldIn, locksOn } from '../support/lock-room.ts';
import { type SagaFixture, sagaFixture } from '../support/saga-fixture.ts';
import { until } from '../support/until.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';

const one = [{ goodsId: 1, quantity: 1 }];
const etcd = { found: programOnPath('etcd'), packages: 'etcd-server' };

describeWith(etcd, 'a saga under locks on etcd', function (command) {
  this.timeout(30_000);
  let servers: EtcdServers;
  let locks: Locks;
  let fixture: SagaFixture;

  beforeEach(async () => {
    servers = await startEtcd(command);
    locks = locksOn([servers.url], { ttlMs: 5000 });
    fixture = await sagaFixture({ locks });
    await fixture.restock(1, 100);
    for (const id of ['a', 'b', 'c', 'd']) await fixture.place(id, one);
  });
  afterEach(async () => {
    await locks.close();
    await fixture.drop();
    await servers.stop();
  });

  const fences = async () => {
    const rows = await fixture.database.rows<{ fence: number | null }>(
      "SELECT fence FROM movements WHERE kind <> 'restock' ORDER BY goods_id, version",
    );
    return rows.map(({ fence }) => Number(fence));
  };

  it('reserves, waits for a foreign holder, and writes rising fences', async () => {
    expect((await fixture.reserve('a')).state).to.equal('reserved');
    const other = locksOn([servers.url]);
    const held = heldIn(await other.tryLock(['1']));
    const waiting = fixture.reserve('b');
    const [row] = await fixture.database.rows<{ held: number }>(
      'SELECT held FROM stock WHERE goods_id = 1',
    );
    expect(row?.held, 'a foreign lock is never bypassed').to.equal(1);
    await other.close();
    expect(held.signal.aborted).to.equal(true);
    expect((await waiting).state).to.equal('reserved');
    const [first = 0, second = 0] = await fences();
    expect(first).to.be.above(0);
    expect(second).to.be.above(first);
    expect(fixture.saga.stats.lockUnreachable).to.equal(0);
  });

  it('goes above the fences of the backend before it, at the cost of one refusal', async () => {
    const before = 1_790_000_000_000_000n; // as locks on Redis give them
    await fixture.database.write('UPDATE stock SET fence = ? WHERE goods_id = 1', [
      before.toString(),
    ]);
    expect((await fixture.reserve('a')).state).to.equal('reserved');
    expect((await fixture.reserve('b')).state).to.equal('reserved');
    const [first = 0, second = 0] = await fences();
    expect(first).to.be.above(Number(before));
    expect(second).to.be.above(first);
    expect(fixture.saga.stats.lockUnreachable).to.equal(0);
  });

  it('goes on under row locks alone when etcd is down, and comes back to it', async () => {
    await servers.at(0).kill();
    expect((await fixture.reserve('a')).state).to.equal('reserved');
    expect(fixture.saga.stats.lockUnreachable).to.be.greaterThan(0);
    await servers.at(0).start();
    await until(async () => (await locks.tryLock(['back'])).kind === 'held');
    expect((await fixture.reserve('b')).state).to.equal('reserved');
    expect((await fences()).at(-1)).to.be.above(0);
  });
});
