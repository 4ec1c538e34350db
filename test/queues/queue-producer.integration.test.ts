import { expect } from 'chai';
import { openBoardQueues, openQueues, type Queues } from '../../src/queues/index.ts';
import { connectRedis, whenReady } from '../../src/redis/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';
import { until } from '../support/until.ts';

describe('a producer of jobs', function () {
  this.timeout(15_000);
  let nodes: RedisNodes;
  let proxy: FaultProxy;
  let queues: Queues;

  beforeEach(async () => {
    nodes = await startRedisNodes(1);
    proxy = new FaultProxy(nodes.at(0));
    await proxy.listen();
    const connection = connectRedis(proxy.url, 'producer', {
      logger: silentLogger,
      name: 'shop',
      commandTimeoutMs: 300,
    });
    queues = openQueues({ connection, prefix: '{shop}', onError: () => undefined });
    await queues.ready(3000);
  });
  afterEach(async () => {
    await queues.close();
    await proxy.close();
    await nodes.stop();
  });

  const add = async (): Promise<string> => {
    try {
      await queues.add('order-placed', [{ orderId: 'order-1' }]);
      return 'added';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('works when its server is back, though it was silent at the very first job', async () => {
    proxy.goDark(0);
    const together = await Promise.all([add(), add()]);
    expect(together).to.deep.equal(['Command timed out', 'Command timed out']);
    proxy.goLight(0);
    await until(async () => (await add()) === 'added', 5000);
    const counts = await queues.counts();
    expect(counts.find(({ queue }) => queue === 'order-placed')?.waiting).to.equal(1);
  });

  it('leaves a board unopened rather than with queues that never answer', async () => {
    const connection = connectRedis(proxy.url, 'producer', {
      logger: silentLogger,
      name: 'board',
      commandTimeoutMs: 300,
    });
    try {
      await whenReady(connection, 3000);
      const open = () =>
        openBoardQueues({ connection, prefix: '{shop}', onError: () => undefined }).then(
          (shown) => shown.length,
          (error: Error) => error.message,
        );
      proxy.goDark(0);
      expect(await open()).to.equal('Command timed out');
      proxy.goLight(0);
      await until(async () => (await open()) === 4, 5000);
    } finally {
      connection.disconnect();
    }
  });

  it('closes in the middle of its first job', async () => {
    proxy.goDark(0);
    const first = add();
    await queues.close();
    expect(await first).not.to.equal('added');
  });
});
