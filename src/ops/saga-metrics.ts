import { Counter, Histogram, type Registry } from 'prom-client';
import { ORDER_STATES } from '../orders/index.ts';
import type { Saga, SagaStats } from '../saga/index.ts';
import type { MetricPart } from './metric-part.ts';
import { reserveTimes } from './reserve-times.ts';

/** What the saga of this process has done. */
export function sagaMetrics(
  registry: Registry,
  saga: Pick<Saga, 'onCommit' | 'stats'>,
): MetricPart {
  const registers = [registry];
  const orders = new Counter({
    name: 'holdfast_orders_total',
    help: 'Orders that reached a state, by that state',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ORDER_STATES) orders.inc({ outcome }, 0);
  const reserved = new Histogram({
    name: 'holdfast_placed_to_reserved_seconds',
    help: 'Time from the order being placed to its goods being held, by the clock of the database',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const batches = new Histogram({
    name: 'holdfast_batch_events',
    help: 'Events in one transaction',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 400, 800],
    registers,
  });
  countersOf(registry, saga.stats);
  const close = saga.onCommit((commit) => {
    batches.observe(commit.events);
    for (const { from, order } of commit.orders) {
      if (from !== order.state) orders.inc({ outcome: order.state });
    }
    for (const seconds of reserveTimes(commit)) reserved.observe(seconds);
  });
  return { name: 'saga', close };
}

const STATS: readonly [name: string, help: string, read: (stats: SagaStats) => number][] = [
  ['events_total', 'Events carried out', ({ events }) => events],
  ['batches_total', 'Batches begun', ({ batches }) => batches],
  ['lock_rounds_total', 'Times a lock was asked for', ({ lockRounds }) => lockRounds],
  ['lock_busy_total', 'Locks that somebody else held', ({ lockBusy }) => lockBusy],
  [
    'lock_unreachable_total',
    'Batches that went on under row locks alone, for want of a quorum',
    ({ lockUnreachable }) => lockUnreachable,
  ],
  ['lock_wait_seconds_total', 'Time waited for locks', ({ lockWaitMs }) => lockWaitMs / 1000],
  ['fence_refused_total', 'Writes refused by the fence', ({ fenceRefused }) => fenceRefused],
  ['batch_retries_total', 'Batches tried again', ({ retries }) => retries],
  ['batch_splits_total', 'Batches split to find a bad event', ({ splits }) => splits],
  ['rereads_total', 'Events whose goods changed before they were locked', ({ rereads }) => rereads],
  ['dead_letters_total', 'Dead letters written', ({ deadLetters }) => deadLetters],
];

function countersOf(registry: Registry, stats: SagaStats): void {
  for (const [name, help, read] of STATS) {
    const counter: Counter = new Counter({
      name: `holdfast_${name}`,
      help,
      registers: [registry],
      collect: () => {
        counter.reset();
        counter.inc(read(stats));
      },
    });
  }
}
