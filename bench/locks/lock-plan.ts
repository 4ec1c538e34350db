/** How long measurements are, in milliseconds. Those of all rounds together, for one contender. */
export interface LockPlan {
  readonly aloneMs: number;
  /** Before the first round, for what is measured alone. */
  readonly warmUpMs: number;
  readonly besideMs: number;
  readonly keysMs: number;
  readonly contestMs: ReadonlyMap<number, number>;
  /** How long each retry delay is tried before the best is chosen. */
  readonly probeMs: number;
}

const FULL: LockPlan = {
  aloneMs: 2000,
  warmUpMs: 700,
  besideMs: 1500,
  keysMs: 1500,
  contestMs: new Map([
    [2, 4000],
    [8, 4000],
    [64, 9000],
  ]),
  probeMs: 2000,
};

const QUICK: LockPlan = {
  aloneMs: 450,
  warmUpMs: 200,
  besideMs: 300,
  keysMs: 300,
  contestMs: new Map([
    [2, 450],
    [64, 1500],
  ]),
  probeMs: 400,
};

export function lockPlan(quick: boolean): LockPlan {
  return quick ? QUICK : FULL;
}

export const PROCESSES = 4;
export const CALLERS_BESIDE = 16;
export const KEY_COUNTS = [1, 10, 100];
