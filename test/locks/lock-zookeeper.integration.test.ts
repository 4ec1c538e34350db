import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { LockRooms, watchProcess } from '../support/lock-room.ts';
import { describeWith, programOnPath } from '../support/wanted-program.ts';
import {
  startZooKeeper,
  ZOOKEEPER_JAR,
  type ZooKeeperServers,
} from '../support/zookeeper-servers.ts';
import { clusterFaults } from './cluster-faults.conformance.ts';
import { lockConformance } from './lock.conformance.ts';

const zookeeper = {
  found: existsSync(ZOOKEEPER_JAR) ? programOnPath('java') : undefined,
  packages: 'zookeeper default-jre-headless',
};

describeWith(zookeeper, 'locks on ZooKeeper', () => {
  const rooms = new LockRooms();
  const watch = watchProcess();

  after(() => {
    watch.stop();
    expect(watch.seen).to.deep.equal([]);
  });

  for (const count of [1, 3]) {
    describe(`of ${count} member${count > 1 ? 's' : ''}`, () => {
      let servers: ZooKeeperServers;
      before(async function () {
        this.timeout(30_000);
        servers = await startZooKeeper(count);
      });
      afterEach(() => rooms.close());
      after(() => servers.stop());

      lockConformance({
        guarantee: 'consensus',
        make: (options) => rooms.on([servers.url], options),
      });
    });
  }
});

describeWith(zookeeper, 'locks on ZooKeeper when members fail', () => {
  clusterFaults({ start: startZooKeeper, ttlMs: 2000 });
});
