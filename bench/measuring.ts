import { AppError, pause } from '../src/kernel/index.ts';
import type { BatchCounts, Sample } from './contender.ts';
import { cpuBetween, type Pids, readCpu } from './cpu-clock.ts';
import { countsByState } from './progress-store.ts';
import type { Rig } from './rig.ts';
import { questionsAsked } from './server-store.ts';
import type { Workforce } from './child-process.ts';

const STUCK_MS = 120_000;

/** Runs one measurement: the clock and the processor time of all who take part in it. */
export async function timed(
  rig: Rig,
  worker: Workforce,
  orders: number,
  run: () => Promise<void>,
  otherDrivers: readonly Workforce[] = [],
): Promise<Sample> {
  const driver = [process.pid, ...otherDrivers.flatMap(({ pids }) => pids)];
  const all: Pids = { ...rig.serverPids, worker: worker.pids, driver };
  const before = readCpu(all);
  const start = performance.now();
  await unlessStuck(rig, run(), worker.label);
  const seconds = (performance.now() - start) / 1000;
  return { orders, seconds, cpu: cpuBetween(before, readCpu(all)) };
}

/** A measurement that never ends must say so, and what it waits for, and not hang. */
async function unlessStuck(rig: Rig, running: Promise<void>, name: string): Promise<void> {
  const done = new AbortController();
  const stuck = pause(STUCK_MS, done.signal).then(async (how) => {
    if (how === 'aborted') return;
    const orders = await countsByState(rig.database);
    const seconds = STUCK_MS / 1000;
    throw new AppError('bench-stuck', `${name}: not done after ${seconds} s; orders: ${orders}`);
  });
  try {
    await Promise.race([running, stuck]);
  } finally {
    done.abort();
  }
}

/** Counts what a worker of ours and the database did while `run` ran. */
export async function withBatchCounts<T>(
  rig: Rig,
  worker: Workforce,
  run: () => Promise<T>,
): Promise<{ result: T; batches: BatchCounts }> {
  const before = await countsNow(rig, worker);
  const result = await run();
  const after = await countsNow(rig, worker);
  const batches: BatchCounts = {
    batches: after.batches - before.batches,
    events: after.events - before.events,
    lockRounds: after.lockRounds - before.lockRounds,
    retries: after.retries - before.retries,
    statements: after.statements - before.statements,
  };
  return { result, batches };
}

async function countsNow(rig: Rig, worker: Workforce): Promise<BatchCounts> {
  const stats = (await worker.ask({ type: 'stats' })) as unknown as BatchCounts;
  const statements = (await questionsAsked(rig.counted)) - rig.counted.asked();
  return { ...stats, statements };
}
