import type { ChildProcess } from 'node:child_process';
import { expect } from 'chai';
import { ProcessFleet } from '../support/process-fleet.ts';
import { type RedisNodes, startRedisNodes } from '../support/redis-nodes.ts';

const PROCESSES = 4;
const CALLERS = 200;

interface Counts {
  readonly type: string;
  readonly loads: number;
  readonly values: number;
}

describe('a cold key that everybody asks for at once', function () {
  this.timeout(60_000);
  let nodes: RedisNodes;
  let fleet: ProcessFleet;
  let children: ChildProcess[];
  before(async () => {
    nodes = await startRedisNodes(1);
    fleet = new ProcessFleet({});
    children = await Promise.all(
      Array.from({ length: PROCESSES }, () =>
        fleet.start('test/cache/stand-ins/stampede-child.js', nodes.at(0).url, String(CALLERS)),
      ),
    );
  });
  after(async () => {
    await fleet.stop();
    await nodes.stop();
  });

  const all = async (name: string): Promise<readonly Counts[]> =>
    await Promise.all(
      children.map(async (child) => {
        const told = new Promise<Counts>((resolve) => {
          const hear = (message: Counts) => {
            if (message.type !== 'counts') return;
            child.off('message', hear);
            resolve(message);
          };
          child.on('message', hear);
        });
        child.send({ name });
        return await told;
      }),
    );
  const sum = (counts: readonly Counts[], what: 'loads' | 'values') =>
    counts.reduce((total, one) => total + one[what], 0);

  it('is loaded once by four processes with 200 callers each', async () => {
    for (let round = 0; round < 10; round += 1) {
      const counts = await all(`cold-${round}`);
      expect(sum(counts, 'values')).to.equal(PROCESSES * CALLERS);
      expect(sum(counts, 'loads'), `round ${round}`).to.equal(1);
    }
  });

  it('is loaded once by each process while the shared cache is away', async () => {
    nodes.at(0).freeze();
    try {
      const counts = await all('lonely');
      expect(sum(counts, 'values')).to.equal(PROCESSES * CALLERS);
      expect(sum(counts, 'loads')).to.equal(PROCESSES);
    } finally {
      nodes.at(0).thaw();
    }
  });
});
