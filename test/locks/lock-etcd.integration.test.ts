import { expect } from 'chai';
import { LockRooms, watchProcess } from '../support/lock-room.ts';
import { type EtcdServers, startEtcd } from '../support/etcd-servers.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';
import { lockConformance } from './lock.conformance.ts';

const etcd = { found: programOnPath('etcd'), packages: 'etcd-server' };

describeWith(etcd, 'locks on etcd', (command) => {
  const rooms = new LockRooms();
  const watch = watchProcess();

  after(() => {
    watch.stop();
    expect(watch.seen).to.deep.equal([]);
  });

  for (const count of [1, 3]) {
    describe(`of ${count} member${count > 1 ? 's' : ''}`, () => {
      let servers: EtcdServers;
      before(async () => {
        servers = await startEtcd(command, count);
      });
      afterEach(async () => {
        await rooms.close();
        await servers.clear();
      });
      after(() => servers.stop());

      lockConformance({
        guarantee: 'consensus',
        make: (options) => rooms.on([servers.url], options),
      });
    });
  }
});
