import { pause } from '../../src/kernel/index.ts';
import { audit } from '../../src/saga/index.ts';
import type { Figure, Measurement } from './figure.ts';
import { type MeasuredSystem, measuredIn } from './measured-system.ts';
import { OrderStream } from './order-stream.ts';

const PER_SECOND = 60;
const TURNS = 4;
const STOP_WITHIN_MS = 25_000;

/** Each worker in turn is asked to stop, and started again, while orders come. */
async function roll({ world }: MeasuredSystem): Promise<number[]> {
  const stopped: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const worker = world.workers[turn % world.workers.length];
    if (!worker) throw new Error('there are no workers');
    const start = performance.now();
    await worker.stop(STOP_WITHIN_MS);
    stopped.push(performance.now() - start);
    worker.start();
    await worker.ready(30_000);
    await pause(300);
  }
  return stopped;
}

async function measure(system: MeasuredSystem): Promise<readonly Figure[]> {
  const { world } = system;
  const stream = new OrderStream(system, { name: 'o', perSecond: PER_SECOND, lookEveryMs: 50 });
  stream.start();
  await pause(1000);
  const stopped = await roll(system);
  await stream.finish(20_000);
  const sent = stream.orders.size;
  const reserves = await system.number(
    "SELECT COUNT(*) AS n FROM movements WHERE kind = 'reserve'",
  );
  const counts = await world.queues.counts();
  const sum = (pick: (one: (typeof counts)[number]) => number) =>
    counts.reduce((total, one) => total + pick(one), 0);
  const { differences } = await audit(world.database);
  const lost = [...stream.orders.values()].filter(({ seenMs }) => seenMs === undefined).length;
  const letters = await system.number('SELECT COUNT(*) AS n FROM dead_letters');
  return [
    { what: 'workers restarted under load', value: stopped.length, unit: '', atLeast: TURNS },
    { what: 'orders meanwhile', value: sent, unit: '', atLeast: 100 },
    { what: 'orders lost', value: lost, unit: '', atMost: 0 },
    { what: 'orders doubled', value: Math.abs(reserves - sent), unit: '', atMost: 0 },
    // What a worker left behind would stay so until its lease ends, half a minute later.
    {
      what: 'jobs left in hand of nobody',
      value: sum(({ active }) => active),
      unit: '',
      atMost: 0,
    },
    { what: 'jobs failed', value: sum(({ failed }) => failed), unit: '', atMost: 0 },
    { what: 'dead letters', value: letters, unit: '', atMost: 0 },
    { what: 'slowest stop', value: Math.max(...stopped), unit: 'ms', atMost: STOP_WITHIN_MS },
    { what: 'differences in the books', value: differences.length, unit: '', atMost: 0 },
  ];
}

export const rolledWorkers: Measurement = {
  id: 'G14',
  promise: 'a rolling restart loses, doubles and leaves nothing',
  measure: (place) => measuredIn(place, { api: false }, measure),
};
