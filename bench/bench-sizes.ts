/** The most that each contender gets to do in one measurement. */
export interface BenchSizes {
  readonly preloaded: number;
  readonly enveloped: number;
  readonly closedLoop: number;
  readonly reserveLeg: number;
  readonly perOrder: number;
  readonly conditional: number;
  readonly directSql: number;
  readonly halfLoad: number;
}

/** How large measurements may be, and how long all of them together. */
export interface Pacing<Size extends string> {
  readonly sizes: Readonly<Record<Size, number>>;
  /** How much of the time a measurement of each size may take, beside the others. */
  readonly shares: Readonly<Record<Size, number>>;
  /** When the last measurement is to end, counted from the start of this process. */
  readonly endMs: number;
}

export interface BenchPlan extends Pacing<keyof BenchSizes> {
  /** How long each package and delay is tried before the best is chosen. */
  readonly probeMs: number;
  /** Measured only when they are asked for by name. */
  readonly leaveOut: RegExp;
}

/** More for those that a must compares and that differ little. */
const SHARES = {
  preloaded: 2,
  enveloped: 1.5,
  closedLoop: 1,
  reserveLeg: 1,
  perOrder: 1,
  conditional: 0.5,
  directSql: 1,
  halfLoad: 2,
};

const FULL: BenchPlan = {
  sizes: {
    preloaded: 20_000,
    enveloped: 20_000,
    closedLoop: 6000,
    reserveLeg: 20_000,
    perOrder: 1500,
    conditional: 3000,
    directSql: 20_000,
    halfLoad: 6000,
  },
  shares: SHARES,
  probeMs: 2000,
  endMs: 460_000,
  leaveOut: /many closed-loop|bulk closed-loop/,
};

/** Small enough for an idle machine; on a busy one the measurements shrink until they fit. */
const QUICK: BenchPlan = {
  sizes: {
    preloaded: 5000,
    enveloped: 10_000,
    closedLoop: 1000,
    reserveLeg: 8000,
    perOrder: 400,
    conditional: 500,
    directSql: 5000,
    halfLoad: 1500,
  },
  shares: SHARES,
  probeMs: 500,
  endMs: 46_000,
  // Those that no must of a quick run compares.
  leaveOut: /many envelopes|three lines|closed-loop|half load|bulk|one by one|conditional|direct/,
};

export function benchPlan(quick: boolean): BenchPlan {
  return quick ? QUICK : FULL;
}

export const CLOSED_LOOP_CALLERS = 64;
export const PER_ORDER_CALLERS = 50;
export const ENVELOPE = 100;
/** As many goods ids as a busy shop sells at once; none of them is hot. */
export const MANY_GOODS = 1000;
export const THREE_LINES = 3;
