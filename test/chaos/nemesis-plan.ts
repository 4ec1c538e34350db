import { Dice } from './chaos-dice.ts';

/**
 * Everything that befalls a seed. Links are those from one process to one server; `lasting` ones
 * end after a while and leave nothing behind.
 */
export const FAULTS = {
  'worker-kill': 'SIGKILL of a worker; started again, now and then with a wrong clock',
  'worker-stop': 'SIGSTOP of a worker, longer than a lock lives',
  'worker-term': 'SIGTERM of a worker, as in a deployment',
  'api-kill': 'SIGKILL of the API',
  'api-stop': 'SIGSTOP of the API',
  'api-term': 'SIGTERM of the API',
  'database-crash': 'kill -9 of the database, and its start',
  'queue-crash': 'kill -9 of the queue Redis, which reads its file back',
  'queue-travel': 'the same, with the tail of its file cut off',
  'queue-empty': 'the same, with an empty file',
  'queue-flush': 'FLUSHALL of the queue Redis',
  'queue-full': 'the queue Redis has no memory left, and refuses what needs some (OOM)',
  'queue-replica': 'the queue Redis is made a replica of nobody, and refuses writes (READONLY)',
  'locks-crash': 'kill -9 of lock nodes, which forget all',
  'locks-flush': 'FLUSHALL of lock nodes',
  'locks-full': 'lock nodes have no memory left, and give back but grant nothing',
  'locks-away': 'a quorum of lock nodes refuses one process or all of them',
  'locks-passed': 'lock nodes forget again and again who holds, while the holder writes slowly',
  'locks-stretch': 'a lock node counts the time of locks twice as fast, or half',
  'link-latency': 'all goes later on a link',
  'link-slow': 'all goes slowly on a link',
  'link-cut': 'all lines of a link are reset',
  'link-refuse': 'a link takes no lines',
  'hole-both': 'all is lost on a link, and nobody is told',
  'hole-asked': 'what is asked is lost on a link',
  'hole-answered': 'what is answered is lost on a link',
  'commit-swallowed': 'a COMMIT is carried out, and its answer lost',
  'commit-cut': 'a line is cut before a COMMIT',
  'script-swallowed': 'a script of Redis is carried out, and its answer lost',
  'session-kill': 'KILL CONNECTION of sessions that are in a transaction',
  deadlock: 'a foreign transaction takes rows of stock in the wrong order',
  'row-wait': 'a foreign transaction sits on a row of stock',
} as const;

export type FaultKind = keyof typeof FAULTS;

export interface PlannedFault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly forMs: number;
  /** Which worker, or which process's links; what it means is up to the kind. */
  readonly who: number;
  /** Which server of a link: 0 the database, 1 the queue, 2 to 6 a lock node. */
  readonly server: number;
  readonly nodes: readonly number[];
  /** A share, a speed, a wrong clock: whatever the kind needs, from 0 to 1. */
  readonly amount: number;
  readonly skewMs: number;
}

/** What no seed goes without: the figures of a campaign are made of it. */
const ALWAYS: readonly FaultKind[] = [
  'worker-kill',
  'worker-kill',
  'worker-kill',
  'worker-kill',
  'worker-kill',
  'api-kill',
  'database-crash',
  'commit-swallowed',
  'commit-swallowed',
  'commit-cut',
  'commit-cut',
  'script-swallowed',
  'locks-flush',
  'locks-flush',
  'locks-passed',
  'locks-passed',
  'locks-away',
  'worker-stop',
  'deadlock',
  'deadlock',
];

const OFTEN: Readonly<Record<FaultKind, number>> = {
  'worker-kill': 2,
  'worker-stop': 4,
  'worker-term': 2,
  'api-kill': 1,
  'api-stop': 2,
  'api-term': 1,
  'database-crash': 0.6,
  'queue-crash': 1.5,
  'queue-travel': 1.5,
  'queue-empty': 1,
  'queue-flush': 2,
  'queue-full': 1.5,
  'queue-replica': 1.5,
  'locks-crash': 3,
  'locks-flush': 4,
  'locks-full': 2,
  'locks-away': 4,
  'locks-passed': 2,
  'locks-stretch': 4,
  'link-latency': 5,
  'link-slow': 3,
  'link-cut': 6,
  'link-refuse': 3,
  'hole-both': 3,
  'hole-asked': 3,
  'hole-answered': 3,
  'commit-swallowed': 8,
  'commit-cut': 6,
  'script-swallowed': 6,
  'session-kill': 3,
  deadlock: 5,
  'row-wait': 3,
};

const SKEWS_MS = [0, 0, 60_000, -60_000, 3_600_000, 5000] as const;

export interface NemesisSize {
  readonly lengthMs: number;
  readonly meanGapMs: number;
  readonly workers: number;
}

/** The same seed brings the same faults at the same times. */
export function faultsOf(seed: number, size: NemesisSize): PlannedFault[] {
  const dice = new Dice(seed, 'nemesis');
  const { lengthMs, meanGapMs } = size;
  const always = ALWAYS.map((kind) => planned(dice, dice.from(200, lengthMs), kind, size));
  const more: PlannedFault[] = [];
  const restMs = 1 / Math.max(1 / meanGapMs - ALWAYS.length / lengthMs, 0.0001);
  for (let at = 200 + dice.gap(restMs); at < lengthMs; at += dice.gap(restMs)) {
    more.push(planned(dice, at, dice.weighted(OFTEN), size));
  }
  return [...always, ...more].toSorted((one, other) => one.atMs - other.atMs);
}

function planned(
  dice: Dice,
  atMs: number,
  kind: FaultKind,
  { workers }: NemesisSize,
): PlannedFault {
  return {
    atMs: Math.round(atMs),
    kind,
    forMs: kind === 'worker-stop' ? dice.from(1000, 3500) : dice.from(200, 2200),
    who: dice.below(workers + 1),
    server: dice.one([0, 0, 0, 1, 1, 2, 3, 4, 5, 6]),
    // What only a minority forgets the others still know.
    nodes: dice.some(
      [0, 1, 2, 3, 4],
      dice.one(kind === 'locks-flush' ? [2, 5, 5] : [1, 2, 3, 3, 5]),
    ),
    amount: dice.below(1000) / 1000,
    skewMs: dice.one(SKEWS_MS),
  };
}
