import type { Config } from '../../src/app/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import type { Verdict } from '../verdicts.ts';

/** One number that a scenario found, and what it has to be, if anything. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly must?: number;
  /** The must is the most it may be, not the least. */
  readonly atMost?: boolean;
}

export interface Findings {
  readonly figures: readonly Figure[];
  /** What the figures were made of. */
  readonly samples: unknown;
}

export interface ScenarioParts {
  readonly config: Config;
  readonly rounds: number;
  readonly profileFolder: string | null;
  readonly say: (line: string) => void;
}

export interface Scenario {
  readonly name: string;
  readonly run: (parts: ScenarioParts) => Promise<Findings>;
}

export interface ScenarioResult extends Findings {
  readonly name: string;
  /** How long it took, preparation and all. */
  readonly seconds: number;
}

export async function play(scenario: Scenario, parts: ScenarioParts): Promise<ScenarioResult> {
  const { name, run } = scenario;
  parts.say(`\n${name}`);
  const start = systemClock.monotonicMs();
  const findings = await run({ ...parts, say: (line) => parts.say(`  ${line}`) });
  return { name, seconds: (systemClock.monotonicMs() - start) / 1000, ...findings };
}

/** A figure that is no number was not found, and keeps no must. */
export function judgeScale(results: readonly ScenarioResult[]): Verdict[] {
  return results.flatMap(({ name, figures }) =>
    figures.flatMap(({ what, value, must, atMost = false }) => {
      if (must === undefined) return [];
      const holds = atMost ? value <= must : value >= must;
      return [{ what: `${name}: ${what}`, value, must, aim: null, atMost, holds, reached: holds }];
    }),
  );
}
