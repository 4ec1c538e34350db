import { expect } from 'chai';
import { ManualClock } from '../../src/kernel/index.ts';
import { createProgressWatchdog, type QueueWorker } from '../../src/queues/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { until } from '../support/until.ts';

const STUCK_MS = 60_000;

/** Looks many times at a worker of which only these facts matter; answers what it called stuck. */
async function watched(facts: {
  readonly idleMs: number;
  readonly hasRoom: boolean;
  /** For how long the oldest job has waited; null when none waits; an error when nobody knows. */
  readonly waitedMs: number | null | Error;
  readonly isPaused?: () => boolean;
}): Promise<readonly string[]> {
  const clock = new ManualClock();
  clock.advance(facts.idleMs);
  const stuck: string[] = [];
  let looks = 0;
  const worker: QueueWorker = {
    name: 'worker order-placed',
    queue: 'order-placed',
    lastTakenMs: () => {
      looks += 1;
      return 0;
    },
    hasRoom: () => facts.hasRoom,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
  const watchdog = createProgressWatchdog({
    workers: [worker],
    queues: {
      oldestWaitingMs: async () => {
        if (facts.waitedMs instanceof Error) throw facts.waitedMs;
        return facts.waitedMs === null ? null : clock.wallMs() - facts.waitedMs;
      },
      isPaused: async () => facts.isPaused?.() ?? false,
    },
    clock,
    logger: silentLogger,
    stuckMs: STUCK_MS,
    periodMs: 1,
    onStuck: (queue) => stuck.push(queue),
  });
  await watchdog.start();
  await until(() => looks >= 3, 2000, 'three looks');
  await watchdog.stop();
  return stuck;
}

describe('the watchdog over progress', () => {
  const stuck = { idleMs: STUCK_MS, hasRoom: true, waitedMs: STUCK_MS };

  it('says which worker takes nothing though jobs wait and it has room', async () => {
    expect(new Set(await watched(stuck))).to.deep.equal(new Set(['order-placed']));
  });

  for (const [what, facts] of [
    ['has taken a job lately', { idleMs: STUCK_MS - 1 }],
    ['is full', { hasRoom: false }],
    ['has nothing to take', { waitedMs: null }],
    ['has only been given something just now', { waitedMs: STUCK_MS - 1 }],
    ['cannot be judged, since Redis is away', { waitedMs: new Error('away') }],
    ['may take nothing, since its queue is paused', { isPaused: () => true }],
  ] as const) {
    it(`says nothing of one that ${what}`, async () => {
      expect(await watched({ ...stuck, ...facts })).to.deep.equal([]);
    });
  }

  it('gives one whose queue goes on after a pause the time to take something', async () => {
    let asked = 0;
    const isPaused = () => {
      asked += 1;
      return asked === 1;
    };
    expect(await watched({ ...stuck, isPaused })).to.deep.equal([]);
  });
});
