import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { expectBalanced } from '../support/books.ts';
import { testServers } from '../support/environment.ts';
import { QueueBench } from '../support/queue-bench.ts';

const DOOMED = fileURLToPath(new URL('../support/doomed-worker.js', import.meta.url));
const DEATHS = 5;

describe('a worker that is killed with a job in hand', function () {
  this.timeout(30_000);
  let bench: QueueBench;
  before(async () => {
    bench = await QueueBench.open();
  });
  after(() => bench.close());

  const dieWithAJob = async (): Promise<number> => {
    const { fixture, prefix } = bench;
    const child = fork(DOOMED, [fixture.url, testServers().redisUrl, prefix]);
    const [{ attempt }] = (await once(child, 'message')) as [{ attempt: number }];
    child.kill('SIGKILL');
    await once(child, 'exit');
    return attempt;
  };

  it('loses nothing and does nothing twice, however often it happens', async () => {
    const payload = { orderId: 'o', lines: [{ goodsId: 1, quantity: 1 }] };
    const job = await bench.queue('order-placed').add('order-placed', payload);
    const attempts: number[] = [];
    while (attempts.length < DEATHS) attempts.push(await dieWithAJob());
    expect(attempts).to.deep.equal(Array.from({ length: DEATHS }, (_, index) => index + 1));
    await bench.worker('order-placed', { leaseMs: 250, stalledCheckMs: 80 });
    const done = await bench.inState(job, 'completed');
    expect(done.attemptsStarted).to.equal(DEATHS + 1);
    const orders = await bench.fixture.database.rows('SELECT order_id, version FROM orders');
    expect(orders).to.deep.equal([{ order_id: 'o', version: 2 }]);
    expect(bench.givenUp).to.deep.equal([]);
    await expectBalanced(bench.fixture.database);
  });
});
