import type { Scenario } from './crash-scenario.ts';
import type { CalmVerdict, RunVerdict, SweepVerdict } from './sweep-run.ts';
import { MODES } from './wire-tap.ts';

export interface Violation {
  readonly what: string;
  readonly broken: readonly string[];
  readonly replay: string;
}

const COMMAND = 'npm run chaos:sweep --';

/** All that went wrong, each with the command that plays it again. */
export function violationsOf(
  scenarios: readonly Scenario[],
  { calm, runs }: SweepVerdict,
): Violation[] {
  return [...calm.flatMap((one) => calmViolation(scenarios, one)), ...runs.flatMap(runViolation)];
}

/** A scenario that asks more or less than it is known to: what is struck is not what it was. */
export function calmViolation(
  scenarios: readonly Scenario[],
  { scenario, points, broken }: CalmVerdict,
): Violation[] {
  const expected = scenarios.find(({ name }) => name === scenario)?.points;
  const counted =
    points.length === expected
      ? []
      : [`${points.length} requests were numbered, and not ${expected}: ${listOf(points)}`];
  const all = [...counted, ...broken];
  if (all.length === 0) return [];
  const replay = `${COMMAND} --scenario ${scenario} --point 1 --mode ${MODES[0]}`;
  return [{ what: `${scenario}, no fault`, broken: all, replay }];
}

export function runViolation({ scenario, n, mode, request, broken }: RunVerdict): Violation[] {
  if (broken.length === 0) return [];
  return [
    {
      what: `${scenario}, point ${n} (${request}), ${mode}`,
      broken,
      replay: `${COMMAND} --scenario ${scenario} --point ${n} --mode ${mode}`,
    },
  ];
}

function listOf(points: CalmVerdict['points']): string {
  return points.map(({ target, label, nth }) => `${target}: ${label} (${nth})`).join(', ');
}

/** One line for each scenario, as a table for people. */
export function tableOf(scenarios: readonly Scenario[], verdict: SweepVerdict): string {
  const lines = scenarios
    .filter(({ name }) => verdict.calm.some(({ scenario }) => scenario === name))
    .map(({ name, about }) => {
      const runs = verdict.runs.filter(({ scenario }) => scenario === name);
      const calm = verdict.calm.filter(({ scenario }) => scenario === name);
      const points = calm[0]?.points.length ?? 0;
      const wrong = violationsOf(scenarios, { calm, runs }).length;
      const modes = new Set(runs.map(({ mode }) => mode)).size;
      return `| \`${name}\` | ${about} | ${points} | ${modes} | ${runs.length} | ${wrong} |`;
    });
  const wrong = violationsOf(scenarios, verdict).length;
  const points = verdict.calm.reduce((sum, one) => sum + one.points.length, 0);
  return [
    '| scenario | what happens in it | points | modes | runs | violations |',
    '|---|---|---|---|---|---|',
    ...lines,
    `| all | | ${points} | ${MODES.length} | ${verdict.runs.length} | ${wrong} |`,
  ].join('\n');
}

/** Which requests were struck: the points of each scenario, in the order of their numbers. */
export function pointsText(calm: readonly CalmVerdict[]): string {
  return calm
    .map(({ scenario, points }) => {
      const targets = [...new Set(points.map(({ target }) => target))];
      const lines = targets.map((target) => {
        const own = points.flatMap((point, index) =>
          point.target === target ? [`${index + 1} ${point.label}`] : [],
        );
        return `- ${target}: ${own.join(' · ')}`;
      });
      return [`### ${scenario}`, '', ...lines].join('\n');
    })
    .join('\n\n');
}
