import { seededRandom } from '../../support/seeded-random.ts';

export type FaultKind = (typeof KINDS)[number];

/** `nodes` and `forMs` mean what the kind makes of them. */
export interface PlannedFault {
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly nodes: readonly number[];
  /** Whom it befalls, if it befalls a contender. */
  readonly contender: number;
  readonly forMs: number;
  /** How far a clock jumps. */
  readonly byMs: number;
  /** How fast a clock runs. */
  readonly rate: number;
  /** It waits for somebody who is going to hold a lock for longer than a ttl. */
  readonly lingers: boolean;
  /** Out of its sight before that, so that it holds the lock on a bare majority. */
  readonly besides: readonly number[];
}

export interface FaultPlan {
  readonly seed: number;
  readonly nodes: number;
  readonly ttlMs: number;
  readonly lengthMs: number;
  /** How wrong the wall clock of each contender is: less than a ttl. */
  readonly skewsMs: readonly number[];
  /** Do the contenders stand in line, or only try, again and again? */
  readonly waits: boolean;
  readonly faults: readonly PlannedFault[];
}

/**
 * - `stop`: whoever holds a lock stands still for longer than its ttl;
 * - `restart`: a node is killed and comes back with its append-only file;
 * - `forget`: it comes back with nothing;
 * - `pause`: it carries out no command for a while (CLIENT PAUSE);
 * - `freeze`: its process stands still;
 * - `cut`: it carries out a command, and its answer is lost with the connection;
 * - `stick`: requests to it lie in a buffer, the line is cut, and they arrive much later;
 * - `jump`: its clock is set, forwards or back;
 * - `drift`: its clock runs too fast or too slowly;
 * - `part`: answers to one contender come late, then no node hears it, then it hears none either;
 * - `corner`: one contender sees a minority of the nodes only, which stands still time and again.
 */
export const KINDS = [
  'stop',
  'restart',
  'forget',
  'pause',
  'freeze',
  'cut',
  'stick',
  'jump',
  'drift',
  'part',
  'corner',
] as const;

export const CONTENDERS = 3;
const TTL_MS = 300;
const LENGTH_MS = 900;
/** One clock is fast, so that the fences of the others rest on the counters alone. */
const FAST_MS = 100;
const SKEWS_MS = [-140, -100, -20, 0, 30] as const;
/** Far and near, and around what a reading of the clock can still tell. */
const JUMPS_MS = [-5000, -400, -30, 30, 150, 400, 5000, 5000] as const;
const RATES = [0.5, 1.5, 1.5, 4] as const;
/** What a hold that lingers is there for: others could get at the lock while it goes on. */
const AIMED: readonly FaultKind[] = ['stop', 'forget', 'jump', 'drift', 'part'];

/** The same seed gives the same faults at the same times. */
export function planOf(seed: number): FaultPlan {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(list: readonly [T, ...T[]]): T => list[below(list.length)] ?? list[0];
  // Every kind has its turn, whatever chance says.
  const first = KINDS[seed % KINDS.length] ?? 'stop';
  const isAlone = seed % 5 === 0 || (first === 'forget' && random() < 0.5);
  const nodes = isAlone && first !== 'corner' ? 1 : 5;
  const fast = below(CONTENDERS);
  const some = (most: number) => {
    const left = Array.from({ length: nodes }, (_, index) => index);
    return Array.from({ length: 1 + below(most) }, () => left.splice(below(left.length), 1)).flat();
  };
  // A clock may be wrong everywhere at once; a node that forgets is one of few, or none is left.
  const most = (kind: FaultKind) => {
    if (kind === 'forget' || kind === 'corner') return Math.ceil(nodes / 3);
    return kind === 'jump' || kind === 'drift' ? nodes : 3;
  };
  const faultOf = (kind: FaultKind): PlannedFault => {
    const hit = some(most(kind));
    const lingers = AIMED.includes(kind) && random() < 0.9;
    const others = Array.from({ length: nodes }, (_, index) => index).filter(
      (index) => !hit.includes(index),
    );
    const isThin = lingers && kind !== 'part' && nodes > 1 && random() < 0.7;
    return {
      kind,
      atMs: 50 + below(LENGTH_MS - 350),
      nodes: hit,
      contender: kind === 'corner' || random() < 0.4 ? fast : below(CONTENDERS),
      forMs: lengthOf(kind, below),
      byMs: kind === 'jump' ? one(JUMPS_MS) : 0,
      rate: kind === 'drift' ? one(RATES) : 1,
      lingers,
      besides: isThin ? others.slice(0, Math.ceil(nodes / 2) - 1) : [],
    };
  };
  const kinds = nodes === 1 ? KINDS.filter((kind) => kind !== 'corner') : KINDS;
  const others = Array.from({ length: below(3) }, () => kinds[below(kinds.length)] ?? first);
  return {
    seed,
    nodes,
    ttlMs: TTL_MS,
    lengthMs: LENGTH_MS,
    skewsMs: Array.from({ length: CONTENDERS }, (_, index) =>
      index === fast ? FAST_MS : one(SKEWS_MS),
    ),
    // Whoever waits sees every number that is given, and asks only when it is called.
    waits: random() < 0.3 && first !== 'corner',
    faults: [first, ...others].map(faultOf).toSorted((a, b) => a.atMs - b.atMs),
  };
}

function lengthOf(kind: FaultKind, below: (limit: number) => number): number {
  if (kind === 'stop') return TTL_MS + 50 + below(200);
  if (kind === 'forget') return below(20);
  // So that the buffer has the requests of an attempt, and not yet what takes them back.
  if (kind === 'stick') return 100 + below(50);
  if (kind === 'corner') return 400 + below(200);
  return 40 + below(260);
}
