import { messageOf } from '../../src/kernel/index.ts';
import { CrashLane } from './crash-lane.ts';
import type { Scenario } from './crash-scenario.ts';
import { scriptNames } from './request-labels.ts';
import type { PlannedRun } from './sweep-plan.ts';
import type { Mode, Point } from './wire-tap.ts';

export interface RunVerdict {
  readonly scenario: string;
  readonly n: number;
  readonly mode: Mode;
  readonly request: string;
  readonly broken: readonly string[];
  readonly ms: number;
}

/** A scenario without any fault: how many points it has, and that it ends well. */
export interface CalmVerdict {
  readonly scenario: string;
  readonly points: readonly Point[];
  readonly broken: readonly string[];
}

export interface SweepVerdict {
  readonly calm: readonly CalmVerdict[];
  readonly runs: readonly RunVerdict[];
}

export interface SweepOptions {
  readonly runs: readonly PlannedRun[];
  /** Played in calm, whether a run is of them or not. Default: those of the runs. */
  readonly scenarios?: readonly Scenario[];
  readonly lanes: number;
  readonly tell?: (verdict: RunVerdict) => void;
  readonly tellCalm?: (verdict: CalmVerdict) => void;
  readonly signal?: AbortSignal;
}

/** Plays every scenario in calm, and then every run, on several lanes at once. */
export async function sweepCrashes(options: SweepOptions): Promise<SweepVerdict> {
  const scripts = await scriptNames();
  const lanes = await Promise.all(
    Array.from({ length: options.lanes }, () => CrashLane.open(scripts)),
  );
  try {
    const scenarios = options.scenarios ?? [
      ...new Set(options.runs.map(({ scenario }) => scenario)),
    ];
    const calm = await onLanes(lanes, scenarios, options.signal, async (lane, scenario) => {
      const verdict = await playCalm(lane, scenario);
      options.tellCalm?.(verdict);
      return verdict;
    });
    const pointsOf = new Map(calm.map(({ scenario, points }) => [scenario, points]));
    const runs = await onLanes(lanes, options.runs, options.signal, async (lane, run) => {
      const verdict = await playRun(lane, run, pointsOf.get(run.scenario.name) ?? []);
      options.tell?.(verdict);
      return verdict;
    });
    return { calm, runs };
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

/** Work in its order, each piece by whichever lane is free. */
async function onLanes<Work, Result>(
  lanes: readonly CrashLane[],
  work: readonly Work[],
  signal: AbortSignal | undefined,
  does: (lane: CrashLane, piece: Work) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      while (next < work.length && !signal?.aborted) {
        const at = next;
        next += 1;
        results[at] = await does(lane, work[at] as Work);
      }
    }),
  );
  return results;
}

/** The first playing warms the process up; the second one is what counts. */
async function playCalm(lane: CrashLane, scenario: Scenario): Promise<CalmVerdict> {
  const first = await lane.play(scenario);
  const { points, broken } = await lane.play(scenario);
  return { scenario: scenario.name, points, broken: [...first.broken, ...broken] };
}

async function playRun(
  lane: CrashLane,
  { scenario, n, mode }: PlannedRun,
  points: readonly Point[],
): Promise<RunVerdict> {
  const facts = { scenario: scenario.name, n, mode };
  const point = points[n - 1];
  if (!point) return { ...facts, request: 'none', broken: ['there is no such point'], ms: 0 };
  const request = `${point.target}: ${point.label} (${point.nth})`;
  try {
    const { broken, ms } = await lane.play(scenario, { point, mode });
    return { ...facts, request, broken, ms };
  } catch (error) {
    return { ...facts, request, broken: [`broke off: ${messageOf(error)}`], ms: 0 };
  }
}
