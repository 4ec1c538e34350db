import { seededRandom } from '../../support/seeded-random.ts';

export type FaultKind = (typeof KINDS)[number];

/** `nodes` and `forMs` mean what the kind makes of them; `byMs` is how far a clock jumps. */
export interface PlannedFault {
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly nodes: readonly number[];
  readonly forMs: number;
  readonly byMs: number;
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
 * - `jump`: its clock is set, forwards or back.
 */
const KINDS = ['stop', 'restart', 'forget', 'pause', 'freeze', 'cut', 'stick', 'jump'] as const;

export const CONTENDERS = 3;
const TTL_MS = 300;
const LENGTH_MS = 900;
const SKEWS_MS = [-100, -20, 0, 0, 30, 100] as const;
/** Far and near, and around what a reading of the clock can still tell. */
const JUMPS_MS = [-5000, -400, -30, 30, 150, 400, 5000] as const;

/** The same seed gives the same faults at the same times. */
export function planOf(seed: number): FaultPlan {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(list: readonly [T, ...T[]]): T => list[below(list.length)] ?? list[0];
  const nodes = seed % 5 === 0 ? 1 : 5;
  const some = (most: number) => {
    const left = Array.from({ length: nodes }, (_, index) => index);
    return Array.from({ length: 1 + below(most) }, () => left.splice(below(left.length), 1)).flat();
  };
  const faultOf = (kind: FaultKind): PlannedFault => ({
    kind,
    atMs: 50 + below(LENGTH_MS - 350),
    // A clock may jump everywhere at once; a node that forgets is one of few, or none is left.
    nodes: some(kind === 'forget' ? Math.ceil(nodes / 3) : kind === 'jump' ? nodes : 3),
    forMs: kind === 'stop' ? TTL_MS + 50 + below(200) : 40 + below(260),
    byMs: kind === 'jump' ? one(JUMPS_MS) : 0,
  });
  // Every kind has its turn, whatever chance says.
  const first = KINDS[seed % KINDS.length] ?? 'stop';
  const others = Array.from({ length: below(3) }, () => one(KINDS));
  return {
    seed,
    nodes,
    ttlMs: TTL_MS,
    lengthMs: LENGTH_MS,
    skewsMs: Array.from({ length: CONTENDERS }, () => one(SKEWS_MS)),
    waits: Math.floor(seed / KINDS.length) % 2 === 0,
    faults: [first, ...others].map(faultOf).toSorted((a, b) => a.atMs - b.atMs),
  };
}
