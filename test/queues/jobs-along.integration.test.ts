import { FlowProducer, type Job, QueueEvents, Worker } from 'bullmq';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { testServers } from '../support/environment.ts';
import { QueueBench } from '../support/queue-bench.ts';
import { signal, until } from '../support/until.ts';

const QUEUE = 'pre-deduct';
const payload = (index: number) => ({ orderIds: [`o-${index}`] });
/** So that handlers of jobs that were taken together overlap. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    const next = signal();
    setImmediate(next.give);
    await next.given;
  }
}

const SHORT = { leaseMs: 300, stalledCheckMs: 100 };

describe('jobs that are taken along', () => {
  let bench: QueueBench;
  beforeEach(async () => {
    bench = await QueueBench.open();
  });
  afterEach(() => bench.close());

  const connect = () => new Redis(testServers().redisUrl, { maxRetriesPerRequest: null });
  const addMany = async (count: number, opts = {}): Promise<Job[]> =>
    await bench
      .queue(QUEUE)
      .addBulk(
        Array.from({ length: count }, (_, index) => ({ name: QUEUE, data: payload(index), opts })),
      );
  const counts = async () => await bench.queue(QUEUE).getJobCounts();
  const nothingIn = async (...states: string[]) => {
    const all = await counts();
    return states.every((state) => all[state] === 0);
  };

  /** A worker that holds everything it is given until it is told to go on. */
  async function holding(timing = {}) {
    const seen: string[] = [];
    const mayEnd = signal();
    const worker = await bench.worker(QUEUE, {
      ...timing,
      handle: async ({ jobId }) => {
        seen.push(jobId);
        await mayEnd.given;
      },
    });
    return { seen, mayEnd, worker };
  }

  it('are each handled once, in any number, and leave nothing behind', async () => {
    const jobs = await addMany(700, { removeOnComplete: true });
    const seen: string[] = [];
    await bench.worker(QUEUE, {
      handle: async ({ jobId, payload: data, attempt }) => {
        seen.push(jobId);
        expect(data).to.deep.equal(jobs.find(({ id }) => id === jobId)?.data);
        expect(attempt).to.equal(1);
      },
    });
    await until(() => nothingIn('waiting', 'active'), 10_000, 'all to be done');
    expect(seen).to.have.members(jobs.map(({ id }) => id));
    const redis = connect();
    const left = await redis.keys(`${bench.prefix}:${QUEUE}:[0-9]*`);
    redis.disconnect();
    expect(left).to.deep.equal([]);
  });

  it('are as many at once as the worker may have, and no more', async () => {
    await addMany(120);
    const { seen, mayEnd } = await holding();
    await until(() => seen.length >= 50, 5000, 'hands to be full');
    expect((await counts())['active']).to.equal(50);
    mayEnd.give();
    await until(() => nothingIn('waiting', 'active'), 5000, 'all to be done');
    expect(new Set(seen).size).to.equal(120);
  });

  it('leave room for those that come while all before them are still in hand', async () => {
    const { seen, mayEnd } = await holding();
    for (let count = 1; count <= 50; count += 1) {
      await addMany(1);
      await until(() => seen.length === count, 5000, `job ${count} to be taken`);
    }
    await addMany(1);
    mayEnd.give();
    await until(() => nothingIn('waiting', 'active'), 5000, 'all to be done');
  });

  it('tell what becomes of them, as BullMQ tells it', async () => {
    const events = new QueueEvents(QUEUE, { connection: connect(), prefix: bench.prefix });
    await events.waitUntilReady();
    const heard = new Map<string, string[]>();
    const hear = (event: string) => (args: { jobId: string }) => {
      heard.set(args.jobId, [...(heard.get(args.jobId) ?? []), event]);
    };
    events.on('active', hear('active'));
    events.on('completed', hear('completed'));
    const jobs = await addMany(60);
    bench.queue(QUEUE).setMaxListeners(100); // each job that is waited for listens to its end
    await bench.worker(QUEUE, { handle: async ({ jobId }) => `done ${jobId}` });
    const ends = await Promise.all(jobs.map((job) => job.waitUntilFinished(events, 10_000)));
    expect(ends).to.deep.equal(jobs.map(({ id }) => `done ${id}`));
    for (const job of jobs) {
      expect(heard.get(job.id ?? '')).to.deep.equal(['active', 'completed']);
    }
    await events.close();
  });

  it('are kept unless their producer says otherwise, and the oldest make room', async () => {
    await addMany(1100);
    await bench.worker(QUEUE, { handle: async () => 'done' });
    await until(() => nothingIn('waiting', 'active'), 20_000, 'all to be done');
    const { completed = 0 } = await counts();
    expect(completed).to.be.within(900, 1003);
    const last = (await bench.queue(QUEUE).getCompleted(0, 0))[0];
    expect([last?.returnvalue, last?.attemptsMade, typeof last?.finishedOn]).to.deep.equal([
      'done',
      1,
      'number',
    ]);
  });

  it('are kept in a way of their own when the producer has one', async () => {
    const [always] = await addMany(1, { removeOnComplete: false });
    await addMany(9);
    await bench.worker(QUEUE, { handle: async () => 'done' });
    await until(() => nothingIn('waiting', 'active'), 5000, 'all to be done');
    await addMany(10, { removeOnComplete: { count: 3 } });
    await until(() => nothingIn('waiting', 'active'), 5000, 'all to be done');
    const left = await bench.queue(QUEUE).getCompleted(0, 100);
    expect(left.length).to.equal(3);
    expect(left.map(({ id }) => id)).to.not.include(always?.id);
  });

  it('are not those with parents, priorities, delays and names of their own', async () => {
    const queue = bench.queue(QUEUE);
    const seen: string[] = [];
    await addMany(20, { priority: 3 });
    await addMany(20, { delay: 50 });
    await addMany(20);
    await queue.add(QUEUE, payload(1), { deduplication: { id: 'only-one' } });
    const flow = new FlowProducer({ connection: connect(), prefix: bench.prefix });
    const { job: parent } = await flow.add({
      name: QUEUE,
      queueName: QUEUE,
      data: payload(2),
      children: [{ name: QUEUE, queueName: QUEUE, data: payload(3) }],
    });
    await bench.worker(QUEUE, {
      handle: async ({ jobId }) => {
        seen.push(jobId);
        await turns(20);
      },
    });
    await bench.inState(parent, 'completed');
    await until(() => nothingIn('waiting', 'active', 'delayed', 'prioritized'), 5000, 'the end');
    expect([seen.length, new Set(seen).size]).to.deep.equal([63, 63]);
    expect(await queue.getDeduplicationJobId('only-one')).to.equal(null);
    await flow.close();
  });

  it('are none in a queue that allows only so many at once', async () => {
    await bench.queue(QUEUE).setGlobalConcurrency(2);
    let [now, most] = [0, 0];
    await addMany(20);
    await bench.worker(QUEUE, {
      handle: async () => {
        now += 1;
        most = Math.max(most, now);
        await turns(20);
        now -= 1;
      },
    });
    await until(() => nothingIn('waiting', 'active'), 5000, 'the end');
    expect(most).to.equal(2);
  });

  it('stay where they are from the moment when the queue is paused', async () => {
    await addMany(120);
    const { seen, mayEnd } = await holding();
    await until(() => seen.length === 50, 5000, 'hands to be full');
    await bench.queue(QUEUE).pause();
    mayEnd.give();
    await until(() => nothingIn('active'), 5000, 'those in hand to end');
    expect(seen.length).to.equal(50);
    await bench.queue(QUEUE).resume();
    await until(() => seen.length === 120, 10_000, 'all to be handled');
  });

  it('go to somebody else when this worker says nothing more', async () => {
    await addMany(40);
    const never = signal();
    const dead = await bench.worker(QUEUE, {
      ...SHORT,
      drainMs: 1,
      handle: async () => await never.given,
    });
    await until(async () => (await counts())['active'] === 40, 5000, 'all to be in hand');
    await dead.stop();
    const attempts: number[] = [];
    await bench.worker(QUEUE, {
      ...SHORT,
      handle: async ({ attempt }) => {
        attempts.push(attempt);
      },
    });
    await until(() => nothingIn('waiting', 'active'), 10_000, 'all to be done');
    expect(attempts).to.deep.equal(Array.from({ length: 40 }, () => 2));
  });

  it('stay with a worker that is slow for as long as it lives', async () => {
    await addMany(30);
    const mayEnd = signal();
    let times = 0;
    const slow = {
      ...SHORT,
      handle: async () => {
        times += 1;
        await mayEnd.given;
      },
    };
    await bench.worker(QUEUE, slow);
    await until(() => times === 30, 5000, 'all to be in hand');
    const taken: unknown[] = [];
    const take = async ({ id }: Job) => {
      taken.push(id);
    };
    const other = new Worker(QUEUE, take, {
      connection: connect(),
      prefix: bench.prefix,
      stalledInterval: 100,
    });
    const end = performance.now() + 4 * SHORT.leaseMs;
    await until(() => performance.now() > end, 10_000, 'several leases to pass');
    mayEnd.give();
    await until(() => nothingIn('waiting', 'active'), 5000, 'all to be done');
    expect([times, taken]).to.deep.equal([30, []]);
    await other.close();
  });

  it('end once for everybody when somebody else was given them too', async () => {
    await addMany(12);
    const { seen, mayEnd, worker } = await holding({ stalledCheckMs: 100 });
    await until(() => seen.length === 12, 5000, 'all to be in hand');
    const redis = connect();
    const locks = await redis.keys(`${bench.prefix}:${QUEUE}:*:lock`);
    for (const lock of locks) await redis.set(lock, 'somebody', 'PX', 60_000);
    mayEnd.give();
    await worker.stop();
    expect((await counts())['active']).to.equal(12);
    await redis.del(...locks);
    redis.disconnect();
    await bench.worker(QUEUE, { ...SHORT, handle: async () => 'mine' });
    await until(() => nothingIn('waiting', 'active'), 10_000, 'all to be done');
  });
});
