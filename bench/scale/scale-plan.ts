/** How large each scenario is. */
export interface ScalePlan {
  readonly processes: ProcessesPlan;
  readonly growth: GrowthPlan;
  readonly memory: MemoryPlan;
  readonly storm: StormPlan;
  readonly soldOut: SoldOutPlan;
  readonly coldStarts: number;
}

export interface ProcessesPlan {
  /** Of one measurement, however many processes. */
  readonly orders: number;
  /** Orders that each process has seen before, of each kind. */
  readonly warmUp: number;
}

export interface GrowthPlan {
  readonly few: number;
  readonly many: number;
  /** Jobs that wait behind those that are measured. */
  readonly waiting: number;
  readonly measured: number;
}

export interface MemoryPlan {
  readonly perSecond: number;
  readonly warmUpMs: number;
  readonly lastsMs: number;
  /** Between collections of garbage, which are asked for: without them memory only rises. */
  readonly collectMs: number;
  /** Megabytes a minute; null: too short to tell. */
  readonly must: number | null;
}

export interface StormPlan {
  readonly holds: number;
  readonly perSecond: number;
  readonly quietMs: number;
}

export interface SoldOutPlan {
  readonly units: number;
  readonly orders: number;
}

const FULL: ScalePlan = {
  processes: { orders: 6000, warmUp: 2500 },
  growth: { few: 10_000, many: 1_000_000, waiting: 200_000, measured: 8000 },
  memory: { perSecond: 200, warmUpMs: 270_000, lastsMs: 600_000, collectMs: 15_000, must: 2 },
  storm: { holds: 100_000, perSecond: 100, quietMs: 20_000 },
  soldOut: { units: 500, orders: 50_000 },
  coldStarts: 5,
};

/** Done within some two minutes. */
const QUICK: ScalePlan = {
  processes: { orders: 4000, warmUp: 1500 },
  growth: { few: 10_000, many: 100_000, waiting: 20_000, measured: 3000 },
  memory: { perSecond: 200, warmUpMs: 10_000, lastsMs: 30_000, collectMs: 4000, must: null },
  storm: { holds: 5000, perSecond: 100, quietMs: 8000 },
  soldOut: { units: 500, orders: 5000 },
  coldStarts: 5,
};

export function scalePlan(quick: boolean): ScalePlan {
  return quick ? QUICK : FULL;
}
