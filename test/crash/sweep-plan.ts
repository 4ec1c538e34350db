import type { Scenario } from './crash-scenario.ts';
import { MODES, type Mode } from './wire-tap.ts';

/** One run of the sweep: the n-th request of a scenario, struck in one way. */
export interface PlannedRun {
  readonly scenario: Scenario;
  readonly n: number;
  readonly mode: Mode;
}

/** The k-th part of N: over N following numbers every run has its turn. */
export interface Sample {
  readonly part: number;
  readonly of: number;
}

export interface SweepChoice {
  readonly scenario?: string;
  readonly point?: number;
  readonly mode?: string;
  readonly sample?: Sample;
}

/** Every run that is asked for, scenario by scenario and mode by mode. */
export function plannedRuns(scenarios: readonly Scenario[], choice: SweepChoice): PlannedRun[] {
  const all = scenarios.flatMap((scenario) =>
    MODES.flatMap((mode) =>
      Array.from({ length: scenario.points }, (_, index) => ({ scenario, n: index + 1, mode })),
    ),
  );
  const { sample } = choice;
  return all
    .filter((_, index) => sample === undefined || index % sample.of === sample.part - 1)
    .filter(
      ({ scenario, n, mode }) =>
        (choice.scenario === undefined || scenario.name === choice.scenario) &&
        (choice.point === undefined || n === choice.point) &&
        (choice.mode === undefined || mode === choice.mode),
    );
}

/** `3/20`: the third of twenty parts. */
export function sampleOf(text: string): Sample {
  const [, part = '0', of = '0'] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const sample = { part: Number(part), of: Number(of) };
  if (sample.part < 1 || sample.part > sample.of) {
    throw new Error(`a sample is K/N with K from 1 to N, and not ${text}`);
  }
  return sample;
}

/** The part whose turn it is on this day, counted from 1970. */
export function partOfDay(day: number, of: number): Sample {
  return { part: (day % of) + 1, of };
}
