import { Counter, Gauge, type Registry } from 'prom-client';
import { type Locks, type LockStats, lossReasons } from '../locks/index.ts';
import { quorumOf } from './lock-health.ts';
import { gaugeOf, type MetricPart, shownFrom } from './metric-part.ts';
import type { Readings } from './readings.ts';

/** The nodes as they answer now, and what this process has done with its locks. */
export function lockMetrics(
  registry: Registry,
  { locks: nodes }: Readings,
  locks: Pick<Locks, 'stats'>,
): MetricPart {
  countersOf(registry, () => locks.stats);
  const up = gaugeOf(registry, 'holdfast_lock_nodes_up', 'Lock nodes whose vote counts now');
  const needed = gaugeOf(registry, 'holdfast_lock_nodes_needed', 'Lock nodes that make a quorum');
  return shownFrom('locks', nodes, [up, needed], (found) => {
    const quorum = quorumOf(found);
    up.set(quorum.up);
    needed.set(quorum.needed);
  });
}

type Labels = Readonly<Record<string, string>>;

interface LockCounter {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly read: (stats: LockStats) => readonly (readonly [labels: Labels, value: number])[];
}

const COUNTERS: readonly LockCounter[] = [
  {
    name: 'answers_total',
    help: 'Answers to those who asked for locks',
    label: 'answer',
    read: ({ acquired, busy, unreachable, aborted }) =>
      Object.entries({ acquired, busy, unreachable, aborted }).map(([answer, value]) => [
        { answer },
        value,
      ]),
  },
  {
    name: 'lost_total',
    help: 'Locks that ended before they were given back',
    label: 'reason',
    read: ({ lost }) =>
      lossReasons.flatMap((reason) =>
        reason === 'released' ? [] : [[{ reason }, lost[reason]] as const],
      ),
  },
  {
    name: 'answer_seconds_total',
    help: 'Time from asking for locks to the answers',
    read: ({ waitMs }) => [[{}, waitMs / 1000]],
  },
  {
    name: 'held_seconds_total',
    help: 'Time that locks were held',
    read: ({ holdMs }) => [[{}, holdMs / 1000]],
  },
  {
    name: 'trips_total',
    help: 'Questions to lock nodes; one to all of them at once is one',
    read: ({ trips }) => [[{}, trips]],
  },
  {
    name: 'clock_jumps_total',
    help: 'Jumps of the clocks of Redis lock nodes',
    read: ({ clockJumps }) => [[{}, clockJumps]],
  },
];

function countersOf(registry: Registry, stats: () => LockStats): void {
  for (const { name, help, label, read } of COUNTERS) {
    const counter: Counter = new Counter({
      name: `holdfast_locks_${name}`,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [registry],
      collect: () => {
        counter.reset();
        for (const [labels, value] of read(stats())) counter.inc(labels, value);
      },
    });
  }
  const fence: Gauge = new Gauge({
    name: 'holdfast_locks_fence',
    help: 'The highest lock number given out by this process',
    registers: [registry],
    collect: () => fence.set(Number(stats().fence)),
  });
}
