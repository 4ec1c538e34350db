import { expect } from 'chai';
import { LookAgain } from '../../src/queues/index.ts';
import { QueueBench } from '../support/queue-bench.ts';
import { signal, until } from '../support/until.ts';

const order = (orderId: string) => ({ orderId, lines: [{ goodsId: 1, quantity: 1 }] });
const SHORT = { leaseMs: 300, stalledCheckMs: 100 };

describe('a worker of a queue', () => {
  let bench: QueueBench;
  before(async () => {
    bench = await QueueBench.open();
    await bench.fixture.restock(1, 100);
    await bench.worker('order-placed');
    await bench.worker('delayed-timeout');
  });
  after(() => bench.close());

  const placed = async () => {
    const rows = await bench.fixture.database.rows<{ order_id: string }>(
      'SELECT order_id FROM orders ORDER BY order_id',
    );
    return rows.map((row) => row.order_id);
  };

  it('fails a bad job at once, whatever attempts it has, and keeps its reason', async () => {
    const payload = { orderId: 'bad', lines: [] };
    const job = await bench.queue('order-placed').add('order-placed', payload, { attempts: 10 });
    const failed = await bench.inState(job, 'failed');
    const reason = 'lines is [], allowed is a list of 1 to 100 lines { goodsId, quantity }';
    expect(failed.failedReason).to.equal(`invalid-input: ${reason}`);
    expect(failed.attemptsStarted).to.equal(1);
    expect(await bench.deadLetters()).to.deep.include({
      source: 'order-placed',
      code: 'invalid-input',
      message: reason,
      order_id: 'bad',
      times: 1,
    });
  });

  it('fails a job of another name, and one of nothing', async () => {
    const queue = bench.queue('order-placed');
    const named = await bench.inState(await queue.add('place', order('n')), 'failed');
    expect(named.failedReason).to.contain('job name is "place", allowed is order-placed');
    const nothing = await bench.inState(await queue.add('order-placed', null), 'failed');
    expect(nothing.failedReason).to.contain('the value is null');
    expect((await bench.deadLetters()).map(({ code }) => code)).to.include('unknown-job');
  });

  it('lets a bad entry of an envelope stand alone', async () => {
    const orders = [order('e-1'), { ...order('e-2'), lines: [] }, order('e-3')];
    const job = await bench.queue('order-placed').add('order-placed', { orders });
    const done = await bench.inState(job, 'completed');
    expect(done.returnvalue).to.deep.equal({ entries: 3, refused: 1 });
    expect(await placed())
      .to.include.members(['e-1', 'e-3'])
      .and.not.include('e-2');
    expect((await bench.deadLetters()).map((letter) => letter['order_id'])).to.include('e-2');
  });

  it('keeps a refusal as the reason of its job', async () => {
    await bench.fixture.place('same', [{ goodsId: 1, quantity: 5 }]);
    const job = await bench.queue('order-placed').add('order-placed', order('same'));
    expect((await bench.inState(job, 'failed')).failedReason).to.contain('order-conflict');
  });

  it('keeps an order of a plain producer through a database that fails', async () => {
    const { database } = bench.fixture;
    await database.write('RENAME TABLE order_steps TO gone');
    const job = await bench.queue('order-placed').add('order-placed', order('kept'));
    const waiting = await bench.inState(job, 'delayed');
    await database.write('RENAME TABLE gone TO order_steps');
    expect([waiting.opts.attempts, waiting.failedReason]).to.deep.equal([0, undefined]);
    await waiting.promote().catch(() => undefined); // its time may have come by itself
    await bench.inState(job, 'completed');
    expect(await placed()).to.include('kept');
  });

  it('puts an alarm that rings early back to sleep, and leaves no trace of failure', async () => {
    const now = await bench.fixture.database.rows<{ ms: number }>(
      'SELECT UNIX_TIMESTAMP() * 1000 AS ms',
    );
    const dueAt = (now[0]?.ms ?? 0) + 3_600_000;
    const job = await bench.queue('delayed-timeout').add('delayed-timeout', { dueAt });
    const asleep = await bench.inState(job, 'delayed');
    expect(asleep.delay).to.be.within(3_500_000, 3_601_000);
    expect(await bench.queue('delayed-timeout').getFailedCount()).to.equal(0);
  });

  it('moves what is due when an alarm rings', async () => {
    await bench.fixture.place('late', [{ goodsId: 1, quantity: 1 }]);
    await bench.fixture.reserve('late');
    await bench.fixture.letTimePass('late');
    const job = await bench.queue('delayed-timeout').add('delayed-timeout', { dueAt: 1 });
    expect((await bench.inState(job, 'completed')).returnvalue).to.deep.equal({ moved: 1 });
  });
});

describe('a worker that stops', () => {
  let bench: QueueBench;
  beforeEach(async () => {
    bench = await QueueBench.open();
  });
  afterEach(() => bench.close());

  it('ends the jobs it has in hand and takes no other', async () => {
    const [begun, mayEnd] = [signal(), signal()];
    const handle = async () => {
      begun.give();
      await mayEnd.given;
      return 'ended';
    };
    const worker = await bench.worker('pre-deduct', { handle });
    const queue = bench.queue('pre-deduct');
    const job = await queue.add('pre-deduct', { orderIds: ['a'] });
    await begun.given;
    const stopped = worker.stop();
    // BullMQ looks once more when its wait is cut short: this one may still be taken, then ended.
    const meanwhile = await queue.add('pre-deduct', { orderIds: ['b'] });
    mayEnd.give();
    await stopped;
    const after = await queue.add('pre-deduct', { orderIds: ['c'] });
    expect((await bench.inState(job, 'completed')).returnvalue).to.equal('ended');
    expect(await meanwhile.getState()).to.be.oneOf(['waiting', 'completed']);
    expect(await after.getState()).to.equal('waiting');
  });

  it('does not wait for ever, and what it leaves is delivered again', async () => {
    const [begun, never] = [signal(), signal()];
    const worker = await bench.worker('pre-deduct', {
      ...SHORT,
      drainMs: 50,
      handle: async () => {
        begun.give();
        await never.given;
      },
    });
    const job = await bench.queue('pre-deduct').add('pre-deduct', { orderIds: ['a'] });
    await begun.given;
    await worker.stop();
    await bench.worker('pre-deduct', {
      ...SHORT,
      handle: ({ attempt }) => Promise.resolve({ attempt }),
    });
    expect((await bench.inState(job, 'completed')).returnvalue).to.deep.equal({ attempt: 2 });
  });

  it('delivers the same job again when its handler says so, as often as it likes', async () => {
    let times = 0;
    await bench.worker('delayed-timeout', {
      handle: async () => {
        times += 1;
        if (times < 4) throw new LookAgain(1);
        return times;
      },
    });
    const job = await bench.queue('delayed-timeout').add('delayed-timeout', { dueAt: 1 });
    expect((await bench.inState(job, 'completed')).returnvalue).to.equal(4);
    await until(() => bench.givenUp.length === 0, 100, 'nothing to be given up');
  });
});
