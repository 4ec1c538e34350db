/**
 * The process that is to die: the parts of a worker process, put together as the product does it.
 * It does what its parent asks, and the parent stands between it and every server.
 */
import { compose } from '../../../src/app/compose.ts';
import { readConfig } from '../../../src/app/config.ts';
import { queueHandlers } from '../../../src/app/queue-handlers.ts';
import { createNoticeDelivery } from '../../../src/delivery/index.ts';
import {
  messageOf,
  pause,
  present,
  type Service,
  systemClock,
  systemRandom,
} from '../../../src/kernel/index.ts';
import type { HeldLock } from '../../../src/locks/index.ts';
import { createQueueWorker, type QueueName } from '../../../src/queues/index.ts';
import { connectRedis } from '../../../src/redis/index.ts';
import { advanceDue, createSweep } from '../../../src/saga/index.ts';
import { NOTICE_LEASE_MS } from '../subject-servers.ts';
import type {
  Answer,
  Ask,
  Asked,
  LockBelief,
  LockStep,
  SubjectSettings,
} from '../subject-words.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as SubjectSettings;
const app = compose(readConfig(settings.environment, 'error'), 'crash-subject');
const { database, saga, logger, config } = app;
const parts = { database, saga, logger, clock: systemClock, random: systemRandom };

/** A minute between two looks is never; those of the patrol are soon. */
const deliveryEvery = (periodMs: number): Service =>
  createNoticeDelivery({
    ...parts,
    receiver: settings.receiver,
    periodMs,
    pace: {
      leaseMs: NOTICE_LEASE_MS,
      timeoutMs: NOTICE_LEASE_MS - 100,
      backoff: { firstMs: 20, capMs: 60 },
    },
  });

const workerOf = (queue: QueueName) =>
  createQueueWorker({
    queue,
    prefix: config.queuePrefix,
    connection: connectRedis(config.redisUrl, 'worker', { logger, name: `crash-${queue}` }),
    concurrency: settings.concurrency,
    handle: queueHandlers(app)[queue],
    onGivenUp: (delivery, reason) =>
      saga.deadLetters.bury({
        source: queue,
        code: 'job-given-up',
        message: reason,
        orderId: null,
        payload: delivery.payload,
      }),
    ...parts,
    leaseMs: 250,
    stalledCheckMs: 80,
  });

const held = new Map<string, HeldLock>();
let patrol: readonly Service[] = [];
let delivery: Service | undefined;

async function warmUp(): Promise<void> {
  await delivery?.stop();
  delivery = undefined;
  await app.queues.ready(5000);
  await app.queues.counts();
  await Promise.all([database.rows('SELECT 1'), database.rows('SELECT 1')]);
  for (;;) {
    const [view] = await app.locks.inspect(['warm-up']);
    if (view?.nodes.every(({ reachable }) => reachable)) return;
    // That a node is away is answered at once: without a pause nothing could ever arrive from it.
    await pause(5);
  }
}

async function lockStep(step: LockStep, name: string): Promise<LockBelief> {
  if (step === 'acquire') {
    const outcome = await app.locks.lock([name], { timeoutMs: 2000, autoRenew: false });
    if (outcome.kind !== 'held') throw new Error(`the lock is ${outcome.kind}`);
    held.set(name, outcome.held);
  }
  const lock = present(held.get(name), 'the lock');
  if (step === 'renew') await lock.renew();
  if (step === 'release') await lock.release();
  return { holds: lock.loss === undefined, fence: lock.fence };
}

async function setPatrol(on: boolean): Promise<void> {
  const former = patrol;
  patrol = [];
  for (const service of former) await service.stop();
  if (!on) return;
  const sweep = createSweep({ ...parts, periodMs: 50 });
  patrol = settings.receiver.url === '' ? [sweep] : [sweep, deliveryEvery(50)];
  for (const service of patrol) await service.start();
}

async function does(ask: Ask): Promise<unknown> {
  switch (ask.kind) {
    case 'warm-up':
      return warmUp();
    case 'work':
      for (const queue of settings.queues) await workerOf(queue).start();
      return undefined;
    case 'advance':
      return saga.advance(ask.event);
    case 'sweep':
      return advanceDue({ database, saga }, 'sweep');
    case 'lock':
      return lockStep(ask.step, ask.name);
    case 'deliver':
      delivery = deliveryEvery(60_000);
      return delivery.start();
    case 'patrol':
      return setPatrol(ask.on);
  }
}

const say = (answer: Answer) => void process.send?.(answer);

process.on('message', (asked: Asked) => {
  const { id } = asked;
  does(asked).then(
    (value) => say({ kind: 'done', id, value }),
    (error: unknown) => say({ kind: 'failed', id, error: messageOf(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
await warmUp();
say({ kind: 'ready' });
