import { expect } from 'chai';
import { createQueueNudges, type QueueNudges } from '../../src/app/queue-nudges.ts';
import { ManualClock } from '../../src/kernel/index.ts';
import { silentLogger } from '../../src/telemetry/index.ts';
import { until } from '../support/until.ts';

const NOW = '2026-11-20 12:00:00.250000';

/** A queue Redis as a test wants it, and what was asked of it. */
class Weather {
  answer: 'fine' | 'refused' | 'silent' = 'fine';
  readonly jobs: string[][] = [];
  readonly alarms: number[] = [];
  readonly lookedAt: string[] = [];
  readonly clock = new ManualClock();
  readonly nudges: QueueNudges = createQueueNudges({
    queues: {
      add: (_, payloads) => {
        for (const one of payloads) this.jobs.push((one as { orderIds: string[] }).orderIds);
        return this.reply();
      },
      addAlarm: (dueAtMs) => {
        this.alarms.push(dueAtMs);
        return this.reply();
      },
    },
    logger: silentLogger,
    clock: this.clock,
    lookHere: async (orderIds) => {
      this.lookedAt.push(...orderIds);
    },
    patienceMs: 20,
  });

  private reply(): Promise<void> {
    if (this.answer === 'silent') return new Promise(() => undefined);
    return this.answer === 'fine' ? Promise.resolve() : Promise.reject(new Error('refused'));
  }
}

describe('nudges', () => {
  let weather: Weather;
  let nudges: QueueNudges;
  beforeEach(() => {
    weather = new Weather();
    ({ nudges } = weather);
  });

  it('are jobs, and nothing is looked at here while Redis takes them', async () => {
    nudges.reserve(['a', 'b']);
    nudges.reserve(Array.from({ length: 1001 }, (_, index) => `o${index}`));
    await nudges.settled();
    expect(weather.jobs.map((ids) => ids.length)).to.deep.equal([2, 1000, 1]);
    expect(weather.lookedAt).to.deep.equal([]);
  });

  for (const answer of ['refused', 'silent'] as const) {
    it(`that are ${answer} are looked at here, with those sent shortly before`, async () => {
      nudges.reserve(['long-ago']);
      await nudges.settled();
      weather.clock.advance(3001);
      nudges.reserve(['just-before']);
      await nudges.settled();
      weather.answer = answer;
      nudges.reserve(['lost']);
      await nudges.settled();
      expect(weather.lookedAt).to.deep.equal(['just-before', 'lost']);
    });
  }

  it('do not wait for a Redis that is away, and ask once a second whether it is back', async () => {
    weather.answer = 'silent';
    nudges.reserve(['first']);
    await nudges.settled();
    for (let index = 0; index < 5000; index += 1) nudges.reserve([`o${index}`]);
    expect(weather.lookedAt).to.have.length(5001);
    expect(weather.jobs).to.deep.equal([['first']]);
    weather.clock.advance(1000);
    nudges.reserve(['probe']);
    nudges.reserve(['after']);
    expect(weather.jobs).to.deep.equal([['first'], ['probe']]);
    expect(weather.lookedAt.slice(-2)).to.deep.equal(['probe', 'after']);
    await nudges.settled();
  });

  it('are jobs again as soon as one was taken', async () => {
    weather.answer = 'refused';
    nudges.reserve(['lost']);
    await nudges.settled();
    weather.answer = 'fine';
    weather.clock.advance(1000);
    nudges.reserve(['probe']);
    await nudges.settled();
    nudges.reserve(['next']);
    await nudges.settled();
    expect(weather.jobs.at(-1)).to.deep.equal(['next']);
    expect(weather.lookedAt).to.deep.equal(['lost', 'probe']);
  });

  it('wake once for each second, and are asked for again when they were lost', async () => {
    nudges.wakeAt([100, 101], NOW);
    nudges.wakeAt([101, 102], NOW);
    await nudges.settled();
    expect(weather.alarms).to.deep.equal([100_000, 101_000, 102_000]);
    weather.answer = 'refused';
    nudges.wakeAt([103], NOW);
    await nudges.settled();
    nudges.wakeAt([103, 104], NOW);
    expect(weather.alarms).to.have.length(4);
    weather.answer = 'fine';
    weather.clock.advance(1000);
    nudges.wakeAt([103], NOW);
    await nudges.settled();
    nudges.wakeAt([103, 104], NOW);
    expect(weather.alarms.slice(4)).to.deep.equal([103_000, 104_000]);
    await nudges.settled();
  });

  it('that were lost by an alarm are looked at as well', async () => {
    nudges.reserve(['trapped']);
    await nudges.settled();
    weather.answer = 'silent';
    nudges.wakeAt([100], NOW);
    await until(() => weather.lookedAt.length > 0);
    expect(weather.lookedAt).to.deep.equal(['trapped']);
  });
});
